/** Runtime versions: how apps of a mode are run. */
import { z } from 'zod';
import { APP_MODES } from '@ai-app-store/backstage-plugin-app-store-common';
import { placed, scheduling } from './scheduling';
import { flag, noTwo, quantity, text, texts } from './values';

/** Where the store puts something itself, and what a container cannot do without. */
const TAKEN_PATHS =
  /^\/(app|resources|dev|proc|sys|etc|usr|bin|sbin|lib|lib64|opt|var\/run\/secrets)(\/|$)/;

/** An `emptyDir`: further room in the container, which goes with the pod. */
const ephemeralVolume = z
  .object({
    mountPath: text
      .regex(/^(\/(?!\.{1,2}(\/|$))[^/:\p{Cc}]+)+$/u, {
        error:
          'must be an absolute path in the container, in its shortest form',
        abort: true,
      })
      .refine(path => !TAKEN_PATHS.test(path), {
        error: ({ input }) => `is ${input}, which is taken`,
      }),
    sizeLimit: quantity.optional(),
    medium: z.enum(['Disk', 'Memory']).optional(),
  })
  .transform(({ medium, ...volume }) => ({
    ...volume,
    ...(medium === 'Memory' ? { medium } : {}),
  }));

const runtimeVersion = z
  .object({
    name: text,
    mode: z.enum(APP_MODES).default('wave'),
    image: text.default(''),
    /** `{{module}}` and `{{port}}` are filled in; empty for an image's own entry point. */
    command: texts.default([]),
    default: flag.default(false),
    deprecated: flag.default(false),
    /** Further names that it answers to. */
    aliases: texts.default([]),
    /** Operating-system packages of the image, for `packages.txt`. */
    osPackages: texts.default([]),
    ephemeralVolumes: z
      .array(ephemeralVolume)
      .superRefine(noTwo('mountPath'))
      .default([]),
    ...scheduling,
  })
  .transform(placed);

/** A runtime version. */
export type RuntimeVersion = z.output<typeof runtimeVersion>;

/** Names and defaults are of a mode. */
function distinct(runtimes: RuntimeVersion[], context: z.RefinementCtx): void {
  for (const mode of APP_MODES) {
    const ofMode = runtimes.filter(each => each.mode === mode);
    const names = ofMode.flatMap(({ name, aliases }) => [name, ...aliases]);
    for (const name of new Set(names.filter((n, i) => names.indexOf(n) < i)))
      context.addIssue(`holds ${JSON.stringify(name)} twice for ${mode} apps`);
    if (ofMode.filter(each => each.default).length > 1)
      context.addIssue(`has more than one default for ${mode} apps`);
  }
}

/** `runtimes` */
export const runtimesSchema = z
  .array(runtimeVersion)
  .superRefine(distinct)
  .default([]);

/** An image that has the entry program; undefined where no runtime version has one. */
export function imageOfRuntimes(
  runtimes: readonly RuntimeVersion[],
): string | undefined {
  return runtimes.find(({ mode, image }) => mode !== 'container' && image)
    ?.image;
}
