from __future__ import annotations

from django.urls import path

from leeway.web.prove import backtests, explaining, staffed

urlpatterns = [
    path("cases/<int:number>/why", explaining.page, name="why"),
    path("insights/staffing", staffed.page, name="staffing"),
    path("matrix/backtests", backtests.page, name="backtests"),
    path("matrix/backtests/start", backtests.start, name="backtest-start"),
    path("matrix/backtests/<slug:name>.json", backtests.file, {"form": "json"}, name="backtest-json"),
    path("matrix/backtests/<slug:name>.html", backtests.file, {"form": "html"}, name="backtest-html"),
    path("matrix/backtests/<slug:name>", backtests.one, name="backtest"),
]
