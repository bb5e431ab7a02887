"""A function of another author, for AWS's own runtime: returns the event that it receives, and its client context."""


def handler(event, context):
    custom = context.client_context and context.client_context.custom
    return {"event": event, "custom": custom, "id": context.aws_request_id}
