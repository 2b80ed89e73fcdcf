/** Checks of what a pod asks of the kernel: profiles, labels and settings. */
import type { Json } from '../types';
import { quoted, settersOf, valuesIn, type Check } from './podSecurityWords';

/** Types that a container runtime may be given (SELinux). */
const SELINUX_TYPES = [
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
];
/** Settings that hold for the pod alone and hurt nobody else. */
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

/** `type "a"`, `types "a", "b"`. */
const plural = (word: string, values: string[]) =>
  `${word}${values.length > 1 ? 's' : ''} ${quoted(values)}`;

export const appArmor: Check = {
  reason: 'forbidden AppArmor profile',
  run(_, spec) {
    const type = (context: Json) =>
      context.appArmorProfile?.type === 'Unconfined' ? 'Unconfined' : undefined;
    const setters = settersOf(spec, context => type(context) !== undefined);
    return setters
      ? `${setters} must not set AppArmor profile type to ${quoted(
          valuesIn(spec, type),
        )}`
      : undefined;
  },
};

export const procMount: Check = {
  reason: 'procMount',
  run(_, spec) {
    const mount = ({ procMount: value }: Json) =>
      value && value !== 'Default' ? value : undefined;
    const setters = settersOf(spec, context => mount(context) !== undefined);
    return setters
      ? `${setters} must not set securityContext.procMount to ${quoted(
          valuesIn(spec, mount),
        )}`
      : undefined;
  },
};

export const seccompBaseline: Check = {
  reason: 'seccompProfile',
  run(_, spec) {
    const setters = settersOf(
      spec,
      context => context.seccompProfile?.type === 'Unconfined',
    );
    return setters
      ? `${setters} must not set securityContext.seccompProfile.type to "Unconfined"`
      : undefined;
  },
};

export const seLinux: Check = {
  reason: 'seLinuxOptions',
  run(_, spec) {
    const type = ({ seLinuxOptions }: Json) =>
      SELINUX_TYPES.includes(seLinuxOptions?.type ?? '')
        ? undefined
        : seLinuxOptions.type;
    const sets =
      (...fields: string[]) =>
      ({ seLinuxOptions }: Json) =>
        fields.some(field => Boolean(seLinuxOptions?.[field]));
    const setters = settersOf(
      spec,
      context => type(context) !== undefined || sets('user', 'role')(context),
    );
    if (!setters) return undefined;
    const types = valuesIn(spec, type);
    const parts = [
      ...(types.length ? [plural('type', types)] : []),
      ...['user', 'role']
        .filter(field => settersOf(spec, sets(field)))
        .map(field => `${field} may not be set`),
    ];
    return `${setters} set forbidden securityContext.seLinuxOptions: ${parts.join(
      '; ',
    )}`;
  },
};

export const sysctls: Check = {
  reason: 'forbidden sysctls',
  run(_, spec) {
    const forbidden = (spec.securityContext?.sysctls ?? [])
      .map(({ name }: Json) => name)
      .filter((name: string) => !SAFE_SYSCTLS.includes(name));
    return forbidden.length ? forbidden.join(', ') : undefined;
  },
};

export const hostProcess: Check = {
  reason: 'hostProcess',
  run(_, spec) {
    const setters = settersOf(spec, context =>
      Boolean(context.windowsOptions?.hostProcess),
    );
    return setters
      ? `${setters} must not set securityContext.windowsOptions.hostProcess=true`
      : undefined;
  },
};
