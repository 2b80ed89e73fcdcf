/**
 * How a container's variables reach its command and no program before it: what comes
 * before it has more rights than that. They never stand on a command line.
 */

/** All that the launcher's own programs get. */
const LAUNCHER_ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
/** A shell takes no other name over from its environment. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Before the names of the container's variables until its own command begins. */
const HANDOVER = 'LOCAL_CLUSTER_';

/**
 * Has a shell become the container's command, with the container's variables: until then
 * they stand under names that mean nothing to any program.
 *
 * @returns the words before the command, and the environment to begin with
 */
export function handOver(wanted: Record<string, string>): {
  become: string[];
  env: Record<string, string>;
} {
  const names = Object.keys(wanted)
    .filter(name => IDENTIFIER.test(name))
    // A name that is another one's under handing over comes after it.
    .sort((a, b) => a.length - b.length);
  const script = [
    ...names.map(
      name =>
        // `command`: a name that the shell keeps for itself ends nothing.
        `command export ${name}="$${HANDOVER}${name}"; unset ${HANDOVER}${name}`,
    ),
    'exec "$@"',
  ].join('\n');
  return {
    become: ['/bin/sh', '-c', script, 'sh'],
    env: {
      ...LAUNCHER_ENVIRONMENT,
      ...Object.fromEntries(
        names.map(name => [`${HANDOVER}${name}`, wanted[name]]),
      ),
    },
  };
}
