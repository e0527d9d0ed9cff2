"""Reads "message JSON" and "event JSON" lines; see schema.sh."""
import copy
import json
import re
import sys

from jsonschema import Draft202012Validator

folder = sys.argv[1]
schema = json.load(open(folder + "/ticketfeed-v1.schema.json", encoding="utf-8"))
Draft202012Validator.check_schema(schema)
message = Draft202012Validator(schema)
event = Draft202012Validator({"$schema": schema["$schema"], "$ref": "#/$defs/event", "$defs": schema["$defs"]})
row_parts = Draft202012Validator(
    {"$schema": schema["$schema"], "$ref": "#/$defs/milestone", "$defs": schema["$defs"]})
bad = 0


def fail(text):
    global bad
    bad += 1
    print("FAIL", text)


def accepted(validator, value, what):
    errors = list(validator.iter_errors(value))
    if errors:
        fail(f"{what}: refused: {errors[0].message[:200]} in {json.dumps(value, ensure_ascii=False)[:300]}")


def refused(validator, value, what):
    if validator.is_valid(value):
        fail(f"{what}: the schema takes it: {json.dumps(value, ensure_ascii=False)[:300]}")


# What a known type must have, by the documentation of the protocol.
NEEDED = {
    "ticket.registered": ["channel", "category", "street"], "ticket.dispatched": ["unit", "mode"],
    "ticket.whistled": ["units"], "ticket.reported": ["unit"], "ticket.extended": ["due_ms"],
    "ticket.surveyed": ["by", "reached"], "alarm.acknowledged": ["stage", "by"],
    "alarm.shelved": ["stage", "by", "until_ms"], "alarm.unshelved": ["stage", "by"],
    "meeting.committed": ["unit", "text"], "meeting.settled": ["unit", "text"]}


def spoil_event(value):
    """Each required field away, each known field of data of a wrong type."""
    for key in ("specversion", "id", "source", "type", "subject", "time"):
        refused(event, {k: v for k, v in value.items() if k != key}, f"{value['type']} without {key}")
    for key in NEEDED.get(value["type"], []):
        spoiled = copy.deepcopy(value)
        del spoiled["data"][key]
        refused(event, spoiled, f"{value['type']} without data.{key}")
    if value["type"] not in types:
        return
    for key in value["data"]:
        if key == "more":
            continue
        spoiled = copy.deepcopy(value)
        spoiled["data"][key] = {"wrong": True}
        refused(event, spoiled, f"{value['type']} with an object as data.{key}")


types = {d[len("data."):] for d in schema["$defs"] if d.startswith("data.")}
kinds, seen_types, count = set(), set(), 0
for line in sys.stdin:
    what, text = line.split(" ", 1)
    value = json.loads(text)
    count += 1
    if what == "event":
        seen_types.add(value["type"])
        accepted(event, value, value["type"])
        spoil_event(value)
        continue
    kinds.add(value["kind"])
    accepted(message, value, value["kind"])
    definition = schema["$defs"]["directory_message" if value["kind"] == "directory" else value["kind"]]
    for key in definition["required"]:
        refused(message, {k: v for k, v in value.items() if k != key}, f"{value['kind']} without {key}")
    for row in value.get("tickets", []) if value["kind"] == "snapshot" else []:
        for milestone in row[value["columns"].index("milestones")]:
            accepted(row_parts, milestone, "milestone")
if kinds != {d["properties"]["kind"]["const"] for d in schema["$defs"].values() if "kind" in d.get("properties", {})
             and "const" in d["properties"]["kind"]}:
    fail(f"not every kind of message was seen: {sorted(kinds)}")
if types - seen_types:
    fail(f"types without a sample: {sorted(types - seen_types)}")

text = open(folder + "/ticketfeed-v1.asyncapi.yaml", encoding="utf-8").read()
references = re.findall(r"\$ref: '([^']+)'", text)
named = set(re.findall(r"^ {4}(\w+):$", text, re.M)) | set(re.findall(r"^ {6}(\w+): \{", text, re.M)) | \
    set(re.findall(r"^ {2}(\w+):$", text, re.M))
for reference in references:
    file, pointer = reference.split("#")
    if file:
        node = schema
        for part in pointer.strip("/").split("/"):
            node = node.get(part, {})
        if not node:
            fail(f"asyncapi: {reference} leads nowhere")
    elif pointer.split("/")[-1] not in named:
        fail(f"asyncapi: {reference} leads nowhere")
for kind in kinds:
    if f"#/components/messages/{kind}'" not in text:
        fail(f"asyncapi: no message {kind}")
print(f"{count} samples, {len(kinds)} kinds, {len(seen_types)} types, {len(references)} references")
sys.exit(bad > 0)
