"""What is optional is not looked for until it is wanted."""

from __future__ import annotations

import subprocess
import sys

IMPORTS_NO_REDIS = "import sys, keyhome; assert 'redis' not in sys.modules"
NO_REDIS = "import sys; sys.modules['redis'] = None; import keyhome.redis"


def test_keyhome_alone_imports_no_redis() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS_NO_REDIS], check=True)


def test_clients_say_what_they_need() -> None:
    done = subprocess.run([sys.executable, "-c", NO_REDIS], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert 'keyhome.redis needs redis-py: pip install "keyhome[redis]"' in done.stderr
