"""What clients of many servers share, whichever way they do I/O: nothing here waits for a server."""
