/** The checks of the two levels, in the order in which a real server tells of them. */
import {
  allowPrivilegeEscalation,
  capabilitiesBaseline,
  capabilitiesRestricted,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
} from './podSecurityChecks';
import {
  appArmor,
  hostProcess,
  procMount,
  seccompBaseline,
  seLinux,
  sysctls,
} from './podSecurityProfiles';
import type { Check } from './podSecurityWords';

export const BASELINE: Check[] = [
  appArmor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  procMount,
  seccompBaseline,
  seLinux,
  sysctls,
  hostProcess,
];

/** Of the baseline, what no stricter check takes the place of; then these. */
export const RESTRICTED: Check[] = [
  appArmor,
  hostNamespaces,
  hostPorts,
  privileged,
  procMount,
  seLinux,
  sysctls,
  hostProcess,
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
