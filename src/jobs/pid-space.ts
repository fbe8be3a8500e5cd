import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Where a process id means one process: a pid namespace of one boot of one kernel. Two containers of a pod have one host name
 * and two of these. Null where the system does not tell.
 */
export function readPidSpace(): string | null {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}
