/** Launch profiles: named sizes (memory, CPU, GPU) for instances (specification 2.7). */
import { z } from 'zod';
import { placed, scheduling } from './scheduling';
import {
  noTwo,
  reservationsFit,
  sizes,
  text,
  texts,
  wholeNumber,
} from './values';

/** https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/ */
const gpuResource = text.regex(
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
  'must be the name of a resource with its domain, such as nvidia.com/gpu',
);

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const objectName = text.regex(
  /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/,
  'must be the name of a Kubernetes object',
);

const ofAllowed = (type: string | undefined, allowed: string[]) =>
  type === undefined || allowed.includes(type);
const NOT_ALLOWED = 'must be one of appStore.gpu.allowedTypes';

/** Which processors for graphics an instance may have: `gpu`. */
export const gpuSchema = z
  .object({
    allowedTypes: texts.default([]),
    defaultType: text.optional(),
    /** Most for one instance. */
    maxCount: wholeNumber({ min: 1 }).default(8),
    nodeLabel: text.default('hac.h2o.ai/accelerator'),
    resource: gpuResource.default('nvidia.com/gpu'),
  })
  .refine(gpu => ofAllowed(gpu.defaultType, gpu.allowedTypes), {
    path: ['defaultType'],
    error: NOT_ALLOWED,
  })
  .prefault({});

/** `launchProfiles`. @param gpu - what they may have; not known where that is wrong itself */
export const profilesSchema = (gpu: z.output<typeof gpuSchema> | undefined) =>
  z
    .array(
      z
        .object({
          name: text.regex(
            /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
            'must be of letters, digits, "-", "_" and "."',
          ),
          title: text.optional(),
          description: text.optional(),
          ...sizes,
          gpuCount: wholeNumber({ max: gpu?.maxCount }).optional(),
          gpuType: text
            .refine(
              type => !gpu || ofAllowed(type, gpu.allowedTypes),
              NOT_ALLOWED,
            )
            .optional(),
          /** The resource by which its GPUs are asked for; the store's where there is none. */
          gpuResource: gpuResource.optional(),
          isolation: objectName.optional(),
          queue: objectName.optional(),
          ...scheduling,
        })
        .superRefine(reservationsFit)
        .transform(({ title, ...profile }) =>
          placed({ ...profile, title: title ?? profile.name }),
        ),
    )
    .superRefine(noTwo('name'))
    .default([]);

/** A launch profile, and what the configuration adds to it. */
export type ProfileConfig = z.output<ReturnType<typeof profilesSchema>>[number];
