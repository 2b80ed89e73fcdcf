/** Reviews: what somebody may, and who they are. They are answered and kept nowhere. */
import type { Json } from '../types';
import { badRequest, invalid } from '../registry/errors';
import { required } from '../registry/causes';
import type {
  Authorizer,
  PathAttributes,
  ResourceAttributes,
} from './Authorizer';
import type { User } from '../User';
import type { Tokens } from './tokens';

/** What reviews are answered by. */
interface ReviewContext {
  user: User;
  namespace?: string;
  authorizer: Authorizer;
  tokens: Tokens;
  /** As the API writes times. */
  time: string;
}

/** A kind of review. */
export interface Review {
  group: 'authentication.k8s.io' | 'authorization.k8s.io';
  plural: string;
  kind: string;
  namespaced?: boolean;
  /** Completes the object that was sent. */
  answer(object: Json, context: ReviewContext): Promise<Json> | Json;
}

function attributesOf(spec: Json): ResourceAttributes | PathAttributes {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec;
  if (path) return { verb: path.verb ?? '', path: path.path ?? '' };
  return {
    verb: asked.verb ?? '',
    group: asked.group ?? '',
    resource: asked.resource ?? '',
    subresource: asked.subresource || undefined,
    namespace: asked.namespace || undefined,
    name: asked.name || undefined,
  };
}

function assertOne(kind: string, spec: Json): void {
  const { resourceAttributes, nonResourceAttributes } = spec ?? {};
  if (Boolean(resourceAttributes) === Boolean(nonResourceAttributes))
    throw invalid({ group: 'authorization.k8s.io', kind }, '', [
      resourceAttributes
        ? {
            reason: 'FieldValueInvalid',
            message:
              'Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
            field: 'spec.nonResourceAttributes',
          }
        : required(
            'spec.resourceAttributes',
            'exactly one of nonResourceAttributes or resourceAttributes must be specified',
          ),
    ]);
}

function decided(
  { authorizer }: ReviewContext,
  user: User,
  object: Json,
): Json {
  assertOne(object.kind, object.spec);
  const { allowed, reason } = authorizer.decide(
    user,
    attributesOf(object.spec),
  );
  return { ...object, status: { allowed, ...(reason ? { reason } : {}) } };
}

/** The user that a review asks about. */
function subjectOf({ user = '', groups = [], uid, extra }: Json): User {
  return { username: user, groups, uid, extra };
}

function rulesReview(object: Json, context: ReviewContext): Json {
  const { namespace } = object.spec ?? {};
  if (!namespace) throw badRequest('no namespace on request');
  const resourceRules: Json[] = [];
  const nonResourceRules: Json[] = [];
  for (const { rule } of context.authorizer.rulesFor(context.user, namespace)) {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } =
      rule;
    if (resources?.length)
      resourceRules.push({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames ? { resourceNames } : {}),
      });
    if (nonResourceURLs?.length)
      nonResourceRules.push({ verbs, nonResourceURLs });
  }
  const { managedFields, ...metadata } = object.metadata;
  return {
    ...object,
    metadata,
    spec: {},
    status: { resourceRules, nonResourceRules, incomplete: false },
  };
}

export const REVIEWS: Review[] = [
  {
    group: 'authentication.k8s.io',
    plural: 'tokenreviews',
    kind: 'TokenReview',
    answer: async (object, { tokens }) => ({
      ...object,
      status: await tokens.review(object.spec ?? {}),
    }),
  },
  {
    group: 'authentication.k8s.io',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    answer(object, { user, time }) {
      const { username, uid, groups, extra } = user;
      return {
        ...object,
        metadata: { ...object.metadata, creationTimestamp: time },
        status: {
          userInfo: {
            username,
            ...(uid ? { uid } : {}),
            groups,
            ...(extra && Object.keys(extra).length ? { extra } : {}),
          },
        },
      };
    },
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    answer: (object, context) => decided(context, context.user, object),
  },
  {
    group: 'authorization.k8s.io',
    plural: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    answer: (object, context) =>
      decided(context, subjectOf(object.spec ?? {}), object),
  },
  {
    group: 'authorization.k8s.io',
    plural: 'localsubjectaccessreviews',
    kind: 'LocalSubjectAccessReview',
    namespaced: true,
    answer: (object, context) =>
      decided(context, subjectOf(object.spec ?? {}), object),
  },
  {
    group: 'authorization.k8s.io',
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    answer: rulesReview,
  },
];
