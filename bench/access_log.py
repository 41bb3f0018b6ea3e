"""Prints the format of the API's access log, as JSON. Runs in .venv-sam, because it reads the template."""

import json

from tests.template import template

if __name__ == "__main__":
    api = template.written()["Resources"]["Api"]["Properties"]
    print(json.dumps({"format": api["AccessLogSettings"]["Format"]}))
