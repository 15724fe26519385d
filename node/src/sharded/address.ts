// Addresses as client libraries want them.

/** Where a `host:port` or a unix socket is: the brackets around the host of IPv6 are a config's. */
export function placeOf(address: string): { host: string; port: number } | { path: string } {
  if (address.startsWith("/")) return { path: address };
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: Number(address.slice(colon + 1)) };
}
