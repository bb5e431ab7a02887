"""Reports: Markdown tables of medians, ranges and ratios."""

import statistics


class Report:
    """The result of one scenario: a table, the conditions as notes, and what was not measured."""

    def __init__(self, title, *columns):
        self.title, self.columns = title, columns
        self.rows, self.notes, self.missing = [], [], []

    def row(self, *cells):
        """Adds a row of texts."""
        self.rows.append(cells)

    def __str__(self):
        lines = [f"## {self.title}", ""]
        if self.rows:
            lines += [line(self.columns), line(["---"] * len(self.columns)), *map(line, self.rows), ""]
        lines += [f"- {note}" for note in self.notes]
        lines += [f"- not measured: {text}" for text in self.missing]
        return "\n".join(lines).rstrip() + "\n"


def line(cells):
    """Returns one line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def number(value):
    """Formats a number with three digits or more: 80412, 41.2, 0.93."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values, form=number):
    """Formats the median with the lowest and the highest value; a dash if there is none."""
    if not values:
        return "-"
    middle = form(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({form(min(values))} to {form(max(values))})"


def median(values, form=number):
    """Formats the median; a dash if there is none."""
    return form(statistics.median(values)) if values else "-"


def ratios(ours, peers):
    """Returns ours divided by the peer's, round by round: only numbers of the same round are compared."""
    return [mine / other for mine, other in zip(ours, peers) if other]


def percentile(values, share):
    """Returns the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def kilobytes(value):
    """Formats bytes as KB of 1,000 bytes."""
    return f"{number(value / 1000)} KB"
