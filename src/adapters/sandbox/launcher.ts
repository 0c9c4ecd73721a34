import type { SandboxProfile } from '../../domain/manifest/manifest.ts'
import { READY_FD } from './run-bounded.ts'

/** Programs of util-linux and coreutils that make the cell, by the absolute paths of Linux distributions. */
export const MEANS = {
  shell: '/bin/sh',
  unshare: '/usr/bin/unshare',
  setpriv: '/usr/bin/setpriv',
  prlimit: '/usr/bin/prlimit',
  mount: '/bin/mount',
  chroot: '/usr/sbin/chroot',
  env: '/usr/bin/env',
} as const

/** User and group "nobody" of Linux: what the cell runs as when this process is root. */
const NOBODY = '65534'
const PROCESSES_MAX = 64
const FILES_MAX = 64
const MEBIBYTE = 1_048_576
/** Where the cell's own root is mounted, in its own mount namespace only. */
export const CELL_ROOT = '/mnt'

/**
 * Fixed text; everything that varies comes as an argument. It runs as the first process of new user, mount, process, network,
 * IPC and host name namespaces: an empty memory file system becomes the root, system folders appear in it read-only, and the
 * command starts without capabilities. When this shell ends, the kernel ends every process of the cell.
 * Arguments: size of the file system, extra folders, `--`, then the command with its limits.
 */
const SCRIPT = `
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=${CELL_ROOT}
mount -t tmpfs -o "size=$1,mode=0755,nosuid,nodev" cell "$root"
shift
readonly_folder() {
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
  while read -r _ _ _ _ place _; do
    case "$place" in "$root$1"/*) echo "a file system is mounted below $1" >&2; exit 1;; esac
  done < /proc/self/mountinfo
  mount -o remount,bind,ro,nosuid,nodev "$root$1" 2>/dev/null ||
  mount -o remount,bind,ro,nosuid,nodev,relatime "$root$1" 2>/dev/null ||
  mount -o remount,bind,ro "$root$1"
}
for folder in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$folder" ]; then ln -s "$(readlink "/$folder")" "$root/$folder"
  elif [ -d "/$folder" ]; then readonly_folder "/$folder"; fi
done
readonly_folder /usr
while [ "$1" != -- ]; do readonly_folder "$1"; shift; done
shift
mkdir -p "$root/dev"
for device in null zero random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -m 1777 "$root/tmp"
cd "$root"
echo ready >&${READY_FD}
exec ${READY_FD}>&-
set +e
chroot "$root" "$@"
exit $?
`

/** The whole argument list: drop root if there is any, make the namespaces, build the cell, set the limits, run. */
export function launcherArguments(
  profile: SandboxProfile,
  command: readonly string[],
  { isRoot, folders }: { readonly isRoot: boolean; readonly folders: readonly string[] },
): readonly string[] {
  const bytes = profile.memoryMb * MEBIBYTE
  const asNobody = [MEANS.setpriv, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--']
  const inNamespaces =
    `${MEANS.unshare} --user --map-root-user --mount --net --ipc --uts --pid --fork --kill-child --`.split(' ')
  const inCell = [MEANS.shell, '-c', SCRIPT, 'cell', `${profile.memoryMb}m`, ...folders, '--']
  const withoutRights = [MEANS.setpriv, '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']
  const withLimits = [
    MEANS.prlimit,
    `--cpu=${profile.cpuSeconds}`,
    '--core=0',
    `--as=${bytes}`,
    `--fsize=${bytes}`,
    `--nproc=${PROCESSES_MAX}`,
    `--nofile=${FILES_MAX}`,
    '--',
  ]
  const withoutEnvironment = [MEANS.env, '-i', '--chdir=/tmp', '--']
  return [
    ...(isRoot ? asNobody : []),
    ...inNamespaces,
    ...inCell,
    ...withoutRights,
    ...withLimits,
    ...withoutEnvironment,
    ...command,
  ]
}
