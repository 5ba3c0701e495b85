#!/usr/bin/env python3
"""Checks a SARIF file for what code review services need and the public validators do not look at.

usage: sarif_contract.py FILE...

Prints one line for each violation. Exit status: 0 without violations, 1 with, 2 when a file cannot be read.
"""

import json
import re
import sys
from urllib.parse import unquote_to_bytes

MAX_RUNS = 20
MAX_RESULTS = 25_000
MAX_RULES = 25_000
MAX_TAGS = 20
MAX_FLOW_LOCATIONS = 10_000
MAX_LOCATIONS = 1_000
MAX_DESCRIPTION = 1024
COORDINATES = ("startLine", "startColumn", "endLine", "endColumn")
LINE_HASH = re.compile(r"[0-9a-f]{1,16}:[1-9][0-9]*")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# A link whose text may hold escaped brackets, as the standard writes them.
LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(([^()]*)\)")


class Contract:
    def __init__(self):
        self.violations = []

    def require(self, condition, where, text):
        if not condition:
            self.violations.append(f"{where}: {text}")
        return condition

    def log(self, log):
        self.require(log.get("version") == "2.1.0", "log", "version is not 2.1.0")
        self.require("sarif-2.1.0" in log.get("$schema", "").replace("sarif-schema", "sarif"), "log", "no $schema")
        runs = log.get("runs", [])
        self.require(0 < len(runs) <= MAX_RUNS, "log", f"{len(runs)} runs")
        for index, run in enumerate(runs):
            self.run(run, f"runs[{index}]")

    def run(self, run, where):
        driver = run.get("tool", {}).get("driver", {})
        for key in ("name", "fullName", "rules"):
            self.require(key in driver, where, f"the driver has no {key}")
        self.require(run.get("columnKind") == "utf16CodeUnits", where, "columnKind is not utf16CodeUnits")
        category = run.get("automationDetails", {}).get("id", "")
        self.require(category.endswith("/"), where, "automationDetails.id does not end with '/'")
        self.uris(run, where)
        rules = driver.get("rules", [])
        self.rules(rules, where)
        self.invocations(run, where)
        results = run.get("results")
        if not self.require(isinstance(results, list), where, "no results"):
            return
        self.require(len(results) <= MAX_RESULTS, where, f"{len(results)} results")
        for index, result in enumerate(results):
            self.result(result, rules, f"{where}.results[{index}]")

    def rules(self, rules, where):
        self.require(len(rules) <= MAX_RULES, where, f"{len(rules)} rules")
        ids = [rule.get("id") for rule in rules]
        self.require(len(ids) == len(set(ids)), where, "two rules have one id")
        for rule in rules:
            place = f"{where} rule {rule.get('id')}"
            for key in ("shortDescription", "fullDescription"):
                text = rule.get(key, {}).get("text", "")
                self.require(0 < len(text) <= MAX_DESCRIPTION, place, f"{key} has {len(text)} characters")
            for key in ("text", "markdown"):
                self.require(rule.get("help", {}).get(key), place, f"no help.{key}")
            self.require(rule.get("name"), place, "no name")
            self.require(rule.get("helpUri"), place, "no helpUri")
            properties = rule.get("properties", {})
            tags = properties.get("tags", [])
            self.require(len(tags) <= MAX_TAGS, place, f"{len(tags)} tags")
            severity = properties.get("security-severity")
            if severity is not None:
                self.require(isinstance(severity, str) and re.fullmatch(r"(10|\d)\.\d", severity), place,
                             "security-severity is not a number in a string")
                self.require("security" in tags, place, "security-severity without the tag 'security'")

    def invocations(self, run, where):
        invocations = run.get("invocations", [])
        if not self.require(len(invocations) == 1, where, f"{len(invocations)} invocations"):
            return
        notifications = invocations[0].get("toolExecutionNotifications", [])
        successful = invocations[0].get("executionSuccessful")
        self.require(isinstance(successful, bool), where, "no executionSuccessful")
        if any(notification.get("level") == "error" for notification in notifications):
            self.require(successful is False, where, "successful in spite of an error")
        descriptors = run["tool"]["driver"].get("notifications", [])
        for notification in notifications:
            reference = notification.get("descriptor", {})
            index = reference.get("index", -1)
            matches = 0 <= index < len(descriptors) and descriptors[index].get("id") == reference.get("id")
            self.require(matches, where, f"notification descriptor {reference} does not resolve")

    def result(self, result, rules, where):
        index = result.get("ruleIndex", -1)
        matches = 0 <= index < len(rules) and rules[index].get("id") == result.get("ruleId")
        self.require(matches, where, f"ruleIndex {index} is not {result.get('ruleId')}")
        self.require(result.get("level") in ("note", "warning", "error"), where, "no level")
        self.require("rank" not in result, where, "rank hides the level from some services")
        self.require("suppressions" not in result, where, "suppressed results are shown as if they were not")
        confidence = result.get("properties", {}).get("confidence")
        self.require(confidence in ("possible", "likely", "certain"), where, "no confidence")
        fingerprints = result.get("partialFingerprints", {})
        self.require(LINE_HASH.fullmatch(fingerprints.get("primaryLocationLineHash", "")), where,
                     "no primaryLocationLineHash")
        if self.require(len(result.get("locations", [])) == 1, where, "not one location"):
            self.primary(result["locations"][0], where)
        self.message(result, where)
        related = result.get("relatedLocations", [])
        self.require(len(related) <= MAX_LOCATIONS, where, f"{len(related)} related locations")
        for location in related:
            self.place(location, f"{where} related {location.get('id')}")
        self.flows(result, where)
        self.fixes(result, where)

    def primary(self, location, where):
        if not self.place(location, where):
            return
        region = location["physicalLocation"]["region"]
        self.require(region.get("startLine") == region.get("endLine"), where, "primary region of several lines")

    def place(self, location, where):
        physical = location.get("physicalLocation")
        if not self.require(physical, where, "no physicalLocation"):
            return False
        self.require(physical.get("artifactLocation", {}).get("uri"), where, "no uri")
        return self.region(physical.get("region", {}), where)

    def region(self, region, where):
        missing = [key for key in COORDINATES if not isinstance(region.get(key), int) or region[key] < 1]
        if not self.require(not missing, where, f"region without {', '.join(missing)}"):
            return False
        start = (region["startLine"], region["startColumn"])
        end = (region["endLine"], region["endColumn"])
        return self.require(start <= end, where, "region ends before it starts")

    def message(self, result, where):
        text = result.get("message", {}).get("text", "")
        self.require(text, where, "no message.text")
        related = [location.get("id") for location in result.get("relatedLocations", [])]
        self.require(len(related) == len(set(related)), where, "two related locations have one id")
        linked = [target for _, target in LINK.findall(text)]
        for target in linked:
            self.require(target.isdigit() and int(target) in related, where, f"link to {target!r} does not resolve")
        for identifier in related:
            self.require(str(identifier) in linked, where, f"nothing links to related location {identifier}")

    def flows(self, result, where):
        for flow in result.get("codeFlows", []):
            for thread in flow.get("threadFlows", []):
                locations = thread.get("locations", [])
                self.require(0 < len(locations) <= MAX_FLOW_LOCATIONS, where, f"{len(locations)} steps in a flow")
                for step in locations:
                    location = step.get("location", {})
                    self.place(location, f"{where} flow")
                    self.require(location.get("message", {}).get("text"), f"{where} flow", "step without a message")

    def fixes(self, result, where):
        for fix in result.get("fixes", []):
            self.require(fix.get("description", {}).get("text"), where, "fix without a description")
            for change in fix.get("artifactChanges", []):
                self.require(change.get("artifactLocation", {}).get("uri"), where, "change without a uri")
                for replacement in change.get("replacements", []):
                    self.region(replacement.get("deletedRegion", {}), f"{where} fix")
                    self.require("text" in replacement.get("insertedContent", {}), where, "no insertedContent.text")

    def uris(self, value, where):
        """Every artifactLocation anywhere in the run."""
        if isinstance(value, list):
            for element in value:
                self.uris(element, where)
        elif isinstance(value, dict):
            for key, element in value.items():
                if key == "artifactLocation":
                    self.uri(element.get("uri", ""), where)
                else:
                    self.uris(element, where)

    def uri(self, uri, where):
        self.require(not SCHEME.match(uri), where, f"'{uri}' has a scheme")
        self.require(not uri.startswith("/"), where, f"'{uri}' is absolute")
        self.require(not {"..", ".", ""} & set(uri.split("/")), where, f"'{uri}' is not normal")
        self.require(re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+", uri), where,
                     f"'{uri}' is not percent-encoded")
        self.require(b"\\" not in unquote_to_bytes(uri), where, f"'{uri}' has a backslash")


def main(files):
    if not files:
        print(__doc__, file=sys.stderr)
        return 2
    status = 0
    for file in files:
        try:
            with open(file, encoding="utf-8") as stream:
                log = json.load(stream)
        except (OSError, ValueError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 2
        contract = Contract()
        contract.log(log)
        for violation in contract.violations:
            print(f"{file}: {violation}")
        status = status or bool(contract.violations)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
