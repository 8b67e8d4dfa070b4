"""A backtest of ``LEEWAY_HOME``'s history, measured: ``python -m bench.parts.backtested CANDIDATE PROCESSES``.

Prints one JSON object: facts, CPU seconds of all processes together, seconds on the wall, the largest process's memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

from msgspec.structs import replace

from leeway.backtesting import Candidate, backtest
from leeway.core.policy import Policy
from leeway.prove.executor import Inline, Processes
from leeway.store import past
from leeway.store.address import address
from leeway.store.home import home
from leeway.store.writer.driver import open_driver


def a_rule_less(policy: Policy) -> Policy:
    """The rule that decided most is gone: every case it touched goes on counterfactually."""
    return replace(
        policy, rules=tuple(rule for rule in policy.rules if rule.name != "two solutions declined")
    )


def longer_clocks(policy: Policy) -> Policy:
    """Other clocks: nothing can be taken over, every fact is decided again."""
    longer = (
        replace(one, resolve=replace(one.resolve, seconds=one.resolve.seconds + 3600))
        for one in policy.levels
    )
    return replace(policy, levels=tuple(longer))


CANDIDATES: dict[str, Callable[[Policy], Policy]] = {
    "a rule less": a_rule_less,
    "longer clocks": longer_clocks,
}


def main(name: str, processes: int) -> None:
    where = address(home())
    driver = open_driver(where)
    policies = past.policies(driver)
    driver.close()
    candidate = Candidate(CANDIDATES[name](policies[max(policies)]), name)
    executor = Processes(processes) if processes > 1 else Inline()
    began, cpu = time.monotonic(), _cpu()
    report = backtest(where, candidate, executor=executor)
    executor.close()
    print(
        json.dumps(
            {
                "facts": report.found.facts,
                "diverged": report.found.diverged,
                "cpu_seconds": _cpu() - cpu,
                "seconds": time.monotonic() - began,
                "memory_mb": max(
                    resource.getrusage(who).ru_maxrss
                    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
                )
                // 1024,
            }
        )
    )


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
