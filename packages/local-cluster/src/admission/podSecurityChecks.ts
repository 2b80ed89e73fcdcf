/** Checks of who a pod runs as, what it shares with its node, and what it mounts. */
import type { Json } from '../types';
import { containersOf, named, quoted, type Check } from './podSecurityWords';

const BASELINE_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const hostNamespaces: Check = {
  reason: 'host namespaces',
  run(_, spec) {
    const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter(
      each => spec[each],
    );
    return used.length
      ? used.map(each => `${each}=true`).join(', ')
      : undefined;
  },
};

export const privileged: Check = {
  reason: 'privileged',
  run(_, spec) {
    const bad = containersOf(spec).filter(
      each => each.securityContext?.privileged,
    );
    return bad.length
      ? `${named(bad)} must not set securityContext.privileged=true`
      : undefined;
  },
};

export const capabilitiesBaseline: Check = {
  reason: 'non-default capabilities',
  run(_, spec) {
    const bad = containersOf(spec).filter(each =>
      (each.securityContext?.capabilities?.add ?? []).some(
        (name: string) => !BASELINE_CAPABILITIES.includes(name),
      ),
    );
    if (!bad.length) return undefined;
    const added = [
      ...new Set(
        bad.flatMap(each =>
          each.securityContext.capabilities.add.filter(
            (name: string) => !BASELINE_CAPABILITIES.includes(name),
          ),
        ),
      ),
    ].sort() as string[];
    return `${named(bad)} must not include ${quoted(
      added,
    )} in securityContext.capabilities.add`;
  },
};

export const hostPathVolumes: Check = {
  reason: 'hostPath volumes',
  run(_, spec) {
    const bad = (spec.volumes ?? []).filter((each: Json) => each.hostPath);
    return bad.length
      ? `volume${bad.length > 1 ? 's' : ''} ${bad
          .map((each: Json) => JSON.stringify(each.name))
          .join(', ')}`
      : undefined;
  },
};

export const hostPorts: Check = {
  reason: 'hostPort',
  run(_, spec) {
    const bad = containersOf(spec).filter(each =>
      (each.ports ?? []).some((port: Json) => port.hostPort),
    );
    if (!bad.length) return undefined;
    const ports = bad.flatMap(each =>
      each.ports
        .filter((port: Json) => port.hostPort)
        .map((port: Json) => String(port.hostPort)),
    );
    return `${named(bad)} use${bad.length > 1 ? '' : 's'} hostPort${
      ports.length > 1 ? 's' : ''
    } ${ports.join(', ')}`;
  },
};

export const allowPrivilegeEscalation: Check = {
  reason: 'allowPrivilegeEscalation != false',
  run(_, spec) {
    const bad = containersOf(spec).filter(
      each => each.securityContext?.allowPrivilegeEscalation !== false,
    );
    return bad.length
      ? `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`
      : undefined;
  },
};

export const capabilitiesRestricted: Check = {
  reason: 'unrestricted capabilities',
  run(_, spec) {
    const all = containersOf(spec);
    const undropped = all.filter(
      each => !each.securityContext?.capabilities?.drop?.includes('ALL'),
    );
    const adding = all.filter(each =>
      (each.securityContext?.capabilities?.add ?? []).some(
        (name: string) => name !== 'NET_BIND_SERVICE',
      ),
    );
    const parts = [];
    if (undropped.length)
      parts.push(
        `${named(
          undropped,
        )} must set securityContext.capabilities.drop=["ALL"]`,
      );
    if (adding.length)
      parts.push(
        `${named(adding)} must not include ${quoted(
          [
            ...new Set<string>(
              adding.flatMap(each =>
                each.securityContext.capabilities.add.filter(
                  (name: string) => name !== 'NET_BIND_SERVICE',
                ),
              ),
            ),
          ].sort(),
        )} in securityContext.capabilities.add`,
      );
    return parts.length ? parts.join('; ') : undefined;
  },
};

export const restrictedVolumes: Check = {
  reason: 'restricted volume types',
  run(_, spec) {
    const bad = (spec.volumes ?? []).filter(
      (each: Json) => !RESTRICTED_VOLUMES.some(type => each[type]),
    );
    if (!bad.length) return undefined;
    const types = [
      ...new Set<string>(
        bad.flatMap((each: Json) =>
          Object.keys(each).filter(key => key !== 'name'),
        ),
      ),
    ].sort();
    return `volume${bad.length > 1 ? 's' : ''} ${bad
      .map((each: Json) => JSON.stringify(each.name))
      .join(', ')} use${bad.length > 1 ? '' : 's'} restricted volume type${
      types.length > 1 ? 's' : ''
    } ${quoted(types)}`;
  },
};

export const runAsNonRoot: Check = {
  reason: 'runAsNonRoot != true',
  run(_, spec) {
    const ofPod = spec.securityContext?.runAsNonRoot;
    const all = containersOf(spec);
    const explicit = all.filter(
      each => each.securityContext?.runAsNonRoot === false,
    );
    if (explicit.length)
      return `${named(
        explicit,
      )} must not set securityContext.runAsNonRoot=false`;
    if (ofPod === true) return undefined;
    const without = all.filter(
      each => each.securityContext?.runAsNonRoot === undefined,
    );
    return without.length
      ? `pod or ${named(without)} must set securityContext.runAsNonRoot=true`
      : undefined;
  },
};

export const runAsUser: Check = {
  reason: 'runAsUser=0',
  run(_, spec) {
    const bad = containersOf(spec).filter(
      each => each.securityContext?.runAsUser === 0,
    );
    const parts = [];
    if (spec.securityContext?.runAsUser === 0) parts.push('pod');
    if (bad.length) parts.push(named(bad));
    return parts.length
      ? `${parts.join(' and ')} must not set runAsUser=0`
      : undefined;
  },
};

export const seccompRestricted: Check = {
  reason: 'seccompProfile',
  run(_, spec) {
    const types = ['RuntimeDefault', 'Localhost'];
    const ofPod = spec.securityContext?.seccompProfile?.type;
    const without = containersOf(spec).filter(each => {
      const type = each.securityContext?.seccompProfile?.type ?? ofPod;
      return !types.includes(type);
    });
    return without.length
      ? `pod or ${named(
          without,
        )} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
      : undefined;
  },
};
