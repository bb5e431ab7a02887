"""Four containers of the function, which are four execution environments."""

from .load import Load
from .report import equal, require


def check(report, stack):
    with report.check("--scale writer=4 is four execution environments"):
        stack.up(writers=4)
        equal(len(stack.containers("writer")), 4)
    with report.check("all four work under load, and every acknowledged message is on the wall once"):
        before = {each["id"]: each["invocations"] for each in stack.environments()}
        with Load(stack, "scaled") as load:
            load.until_acknowledged(200)
        used = {each["id"]: each["invocations"] - before.get(each["id"], 0) for each in stack.environments()}
        print(f"     invocations by environment: {sorted(used.values())}", flush=True)
        equal(len(used), 4)
        require(all(used.values()), f"some had no work: {used}")
        load.verify()
