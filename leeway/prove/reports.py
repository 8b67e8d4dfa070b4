"""The proof for other programs: as SARIF for code scanners, as JUnit for builds, as plain data."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from leeway.prove.check import CLAIMS
from leeway.prove.findings import Finding, Proof

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_data(proof: Proof) -> dict[str, Any]:
    """What ``--json`` prints and the API answers."""
    return {
        "proved": proof.proved,
        "findings": msgspec.to_builtins(proof.findings),
        "claims": list(proof.claims),
        "not_proved": msgspec.to_builtins(proof.not_proved),
        "worst_case": msgspec.to_builtins(proof.worst_case),
        "period": msgspec.to_builtins(proof.period),
        "seconds": proof.seconds,
    }


def as_sarif(findings: tuple[Finding, ...], version: str) -> dict[str, Any]:
    kinds = sorted({finding.kind for finding in findings})
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "leeway check",
                        "version": version,
                        "rules": [{"id": kind, "name": kind.replace("_", " ")} for kind in kinds],
                    }
                },
                "results": [_result(finding) for finding in findings],
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.kind,
        "level": "error",
        "message": {"text": f"{finding.explanation} Example: {finding.example.words}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": finding.where.file},
                    "region": {
                        "startLine": max(1, finding.where.line),
                        "startColumn": max(1, finding.where.column),
                    },
                }
            }
        ],
    }


def as_junit(findings: tuple[Finding, ...], seconds: float) -> str:
    """A test case for each sentence of the proof, failed by its holes; those of an unreadable file stand alone."""
    suite = ET.Element(
        "testsuite",
        name="leeway check",
        tests=str(len(CLAIMS)),
        failures=str(len(findings)),
        time=f"{seconds:.3f}",
    )
    clean = ET.SubElement(suite, "testcase", classname="leeway.check", name="the proof as a whole")
    for hole in findings:
        where = f"{hole.where.file}:{hole.where.line}"
        failed = ET.SubElement(
            suite, "testcase", classname=f"leeway.check.{hole.kind}", name=f"{where} {hole.rule}"
        )
        failure = ET.SubElement(failed, "failure", message=hole.explanation, type=hole.kind)
        failure.text = f"{where}\n{hole.explanation}\nExample: {hole.example.words}"
    if findings:
        ET.SubElement(clean, "failure", message=f"{len(findings)} holes", type="holes")
    suite.set("tests", str(1 + len(findings)))
    suite.set("failures", str(len(findings) + bool(findings)))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
