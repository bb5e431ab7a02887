"""Containers die and come back."""

from .load import Load
from .report import equal, eventually
from .stack import post, run


def check(report, stack):
    with report.check("killing every writer in mid-load loses nothing acknowledged and doubles nothing"):
        with Load(stack, "killed") as load:
            load.until_acknowledged(50)
            stack.compose("kill", "writer")
            eventually(lambda: not stack.environments())
            stack.up(writers=4)
            load.until_acknowledged(50)
        print(f"     {len(load.acknowledged)} acknowledged, {load.refused} refused meanwhile", flush=True)
        load.verify()
    with report.check("killing one writer after the other in mid-load: the others go on"):
        with Load(stack, "one by one") as load:
            for container in stack.containers("writer")[:3]:
                load.until_acknowledged(30)
                run("docker", "kill", container)
            load.until_acknowledged(30)
        load.verify()
        stack.up(writers=4)
    with report.check("restarting the cloud in mid-load heals by itself: all writers attach again"):
        with Load(stack, "restarted") as load:
            load.until_acknowledged(50)
            stack.compose("restart", "cloud")
            stack.until_attached(4)
            load.until_acknowledged(50)
        load.verify()
    with report.check("a cloud that is away for longer heals as well, and nobody has to be told"):
        stack.compose("stop", "cloud")
        eventually(lambda: restarts(stack) > 0)
        stack.compose("start", "cloud")
        stack.until_attached(4)
        post(stack.function, "after the cloud was away")
        eventually(lambda: any(message["text"] == "after the cloud was away" for message in stack.messages()))
    with report.check("a killed reader comes back with the same wall"):
        before = [message["id"] for message in stack.messages()]
        stack.compose("kill", "reader")
        stack.up(writers=4)
        equal([message["id"] for message in stack.messages()], before)


def restarts(stack):
    """How often Docker has restarted a writer since it was created."""
    counts = run("docker", "inspect", "--format", "{{.RestartCount}}", *stack.containers("writer"))
    return sum(map(int, counts.split()))
