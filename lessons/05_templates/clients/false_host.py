"""Ask for the page under a false host name, and print what the page refers to."""

import re
import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

SERVER = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000"


def main() -> None:
    parts = urlsplit(SERVER)
    if parts.scheme != "ws" or not parts.hostname:
        raise ValueError("an address begins with ws://")
    connection = HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", f"{parts.path}/", headers={"Host": "evil.example"})
    page = connection.getresponse().read().decode()
    found = re.findall(r'(?:href|src|data-ws)="([^"]*/[^"]*)"', page)
    print(f"The page refers to {', '.join(found) or 'no other file'}.")


try:
    main()
except (OSError, ValueError, HTTPException) as error:
    sys.exit(f"No lesson answers at {SERVER} ({error}).")
