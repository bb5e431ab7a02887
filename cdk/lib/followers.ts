// The followers of files: listeners of `follow`, which the function tells that it has published a file.
import { isIPv4 } from "node:net";

/** The most listeners: each port has a rule in two security groups, which EC2 bounds. */
export const MOST_FOLLOWERS = 20;

const MOST_HOST_CHARS = 253;
const LABEL = /^\w([\w-]{0,61}\w)?$/;

/** Returns what followers have to be, and which of these are not, so that it completes "they must be ..."; `undefined` is no fault. */
export function faultOfFollowers(followers: readonly string[]): string | undefined {
  const faults = [
    ...followers.flatMap((follower) => fault(follower) ?? []),
    ...(followers.length > MOST_FOLLOWERS ? [`these are ${followers.length}`] : []),
  ];
  if (faults.length === 0) return undefined;
  return `hosts with ports such as app.internal:8082, with commas between, ${MOST_FOLLOWERS} at most; ${faults.join("; ")}`;
}

/** Returns the port of a follower without a fault. */
export function portOf(follower: string): number {
  return Number(parts(follower).port);
}

function fault(follower: string): string | undefined {
  const { host, port } = parts(follower);
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) return `"${follower}" has no port from 1 to 65535`;
  return isHost(host) ? undefined : `"${follower}" has no host name or IPv4 address`;
}

/** Returns the text before the last colon, and after it. */
function parts(follower: string): { readonly host: string; readonly port: string } {
  const [, host = "", port = ""] = /^(.*):(.*)$/s.exec(follower) ?? [];
  return { host, port };
}

/** Returns true for a name and for an IPv4 address. The function has no IPv6 address, so it reaches none. */
function isHost(host: string): boolean {
  const labels = host.split(".");
  const isName = host.length <= MOST_HOST_CHARS && labels.every((label) => LABEL.test(label)) && /\D/.test(labels.at(-1)!);
  return isName || isIPv4(host);
}
