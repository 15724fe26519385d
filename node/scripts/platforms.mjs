// The platforms that have a native addon. The release workflow builds one for each; elsewhere WebAssembly runs.

/** Names and npm's fields that say where a package fits. */
export const PLATFORMS = [
  { name: "keyhome-linux-x64-gnu", os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
  { name: "keyhome-linux-x64-musl", os: ["linux"], cpu: ["x64"], libc: ["musl"] },
  { name: "keyhome-linux-arm64-gnu", os: ["linux"], cpu: ["arm64"], libc: ["glibc"] },
  { name: "keyhome-linux-arm64-musl", os: ["linux"], cpu: ["arm64"], libc: ["musl"] },
  { name: "keyhome-darwin-x64", os: ["darwin"], cpu: ["x64"] },
  { name: "keyhome-darwin-arm64", os: ["darwin"], cpu: ["arm64"] },
  { name: "keyhome-win32-x64-msvc", os: ["win32"], cpu: ["x64"] },
  { name: "keyhome-win32-arm64-msvc", os: ["win32"], cpu: ["arm64"] },
];

/** The platform of this machine. */
export function here() {
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  const fits = ({ os, cpu, libc: wanted = [libc] }) =>
    os.includes(process.platform) && cpu.includes(process.arch) && wanted.includes(libc);
  const platform = PLATFORMS.find(fits);
  if (platform === undefined) throw new Error(`no native addon for ${process.platform}-${process.arch}`);
  return platform;
}
