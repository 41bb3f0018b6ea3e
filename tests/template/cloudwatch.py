"""Whether an alarm is on, from one data point per minute and metric: as much of CloudWatch as these alarms use."""

# The points of each metric, by its namespace and name. A minute without data has None.
Data = dict[tuple[str, str], list[float | None]]


class Series(list):
    """The value of an expression, minute by minute. A minute in which an operand has no data has none either."""

    def __add__(self, other):
        return Series(None if None in pair else pair[0] + pair[1] for pair in zip(self, other, strict=True))

    def __truediv__(self, other):
        pairs = zip(self, other, strict=True)
        return Series(None if None in pair or pair[1] == 0 else pair[0] / pair[1] for pair in pairs)


def fill(series: Series, value: float) -> Series:
    return Series(value if point is None else point for point in series)


def diff(series: Series) -> Series:
    pairs = zip([None, *series], series, strict=False)
    return Series(None if None in pair else pair[1] - pair[0] for pair in pairs)


def metrics(alarm: dict) -> list[dict]:
    """The metrics that an alarm watches, directly or in an expression."""
    if "Metrics" in alarm:
        return [found["MetricStat"]["Metric"] for found in alarm["Metrics"] if "MetricStat" in found]
    return [alarm]


def in_alarm(alarm: dict, data: Data) -> bool:
    """Whether the alarm goes off at some time. A minute without data is as good as any: `notBreaching`."""
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("GreaterThanThreshold", "notBreaching")
    breaches = [point is not None and point > float(alarm["Threshold"]) for point in _watched(alarm, data)]
    period, needed = alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    return any(sum(breaches[max(0, end - period) : end]) >= needed for end in range(1, len(breaches) + 1))


def _watched(alarm: dict, data: Data) -> Series:
    if "Metrics" not in alarm:
        return _points(alarm, data)
    (expression,) = [found["Expression"] for found in alarm["Metrics"] if found.get("ReturnData", True)]
    operands = {found["Id"]: found["MetricStat"] for found in alarm["Metrics"] if "MetricStat" in found}
    assert {operand["Period"] for operand in operands.values()} == {60}
    series = {name: _points(operand["Metric"], data) for name, operand in operands.items()}
    return eval(expression, {"DIFF": diff, "FILL": fill, **series})


def _points(metric: dict, data: Data) -> Series:
    return Series(data[metric["Namespace"], metric["MetricName"]])
