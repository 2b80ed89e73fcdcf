import type { ApiDocument } from './ApiDocument';

/**
 * The document of the REST API, generated from openapi/*.yaml by scripts/generate-api.mjs.
 *
 * @public
 */
export const API_DOCUMENT: ApiDocument = {
  openapi: '3.0.3',
  info: {
    title: 'AI App Store',
    version: '1.0.0',
    license: {
      name: 'Apache-2.0',
      url: 'https://spdx.org/licenses/Apache-2.0.html',
    },
    description:
      'Apps, their instances, tags, secrets and aliases. Every refusal is a problem (RFC 9457) that says what happened, who can mend it and what comes next.',
  },
  servers: [{ url: '/api/app-store/v1' }],
  security: [{ bearer: [] }],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'A portal session, or an access token of the store.',
      },
      gateway: {
        type: 'http',
        scheme: 'bearer',
        description: "The gateway's own service token.",
      },
      signIn: {
        type: 'http',
        scheme: 'bearer',
        description: "The auth plugin's own service token.",
      },
      index: {
        type: 'http',
        scheme: 'bearer',
        description:
          'The own service token of the catalog plugin, or of the search plugin.',
      },
      permission: {
        type: 'http',
        scheme: 'bearer',
        description: "The permission plugin's own service token.",
      },
      pod: {
        type: 'http',
        scheme: 'bearer',
        description:
          'A projected service account token of the pod of the instance.',
      },
    },
    parameters: {
      id: {
        name: 'id',
        in: 'path',
        required: true,
        schema: {
          type: 'string',
          minLength: 1,
          maxLength: 64,
          pattern: '^\\P{Cc}*$',
        },
      },
      limit: {
        name: 'limit',
        in: 'query',
        description: 'Items of a page.',
        schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      },
      cursor: {
        name: 'cursor',
        in: 'query',
        allowReserved: true,
        description: '`nextCursor` of the page before.',
        schema: {
          type: 'string',
          minLength: 1,
          maxLength: 1024,
          pattern: '^\\P{Cc}*$',
        },
      },
      scope: {
        name: 'scope',
        in: 'query',
        description:
          "`mine`: what is one's own; `visible`: all one may see as a person; `all`: everything, for admins.",
        schema: {
          type: 'string',
          enum: ['mine', 'visible', 'all'],
          default: 'visible',
        },
      },
      ifMatch: {
        name: 'if-match',
        in: 'header',
        description:
          'The `ETag` that the change was made from; 412 where it is out of date.',
        schema: { type: 'string', maxLength: 64, pattern: '^\\P{Cc}*$' },
      },
      idempotencyKey: {
        name: 'idempotency-key',
        in: 'header',
        description:
          'Makes a repeated request answer as the first one did, for 24 hours; 422 where the body is another one.',
        schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
      },
      aliasId: {
        name: 'id',
        in: 'path',
        required: true,
        description: 'Id or name.',
        schema: {
          type: 'string',
          minLength: 1,
          maxLength: 240,
          pattern: '^\\P{Cc}*$',
        },
      },
      secretName: {
        name: 'name',
        in: 'path',
        required: true,
        schema: {
          type: 'string',
          minLength: 1,
          maxLength: 255,
          pattern: '^\\P{Cc}*$',
        },
      },
      secretVisibility: {
        name: 'visibility',
        in: 'query',
        description: 'Which of several secrets of that name.',
        schema: {
          type: 'string',
          enum: ['PRIVATE', 'ALL_USERS', 'APP'],
          default: 'PRIVATE',
        },
      },
      secretParent: {
        name: 'parent',
        in: 'query',
        allowReserved: true,
        description: '`app:<app name>` of an APP secret.',
        schema: { type: 'string', maxLength: 80, pattern: '^app:[^\\p{Cc}]+$' },
      },
    },
    responses: {
      Problem: {
        description: 'Refused or failed.',
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/ProblemDetails' },
          },
        },
      },
      NoContent: { description: 'Done.' },
      Alias: {
        description: 'The alias.',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/AppAlias' },
          },
        },
      },
      Picture: {
        description: 'The picture.',
        content: {
          'image/png': { schema: { type: 'string', format: 'binary' } },
          'image/jpeg': { schema: { type: 'string', format: 'binary' } },
        },
      },
      Declaration: {
        description: 'The declaration.',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/Declaration' },
          },
        },
      },
      Instance: {
        description: 'The instance.',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/AppInstance' },
          },
        },
      },
      EventStream: {
        description: 'Events `instance` (an AppInstance) and `gone` (its id).',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      Secret: {
        description: 'The secret, without its values.',
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/AppSecret' },
          },
        },
      },
      Tag: {
        description: 'The tag.',
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Tag' } },
        },
      },
    },
    schemas: {
      Ref: {
        type: 'string',
        description: 'Entity ref: `user:default/uma`, `group:default/design`.',
        minLength: 1,
        maxLength: 255,
        pattern: '^[^\\p{Cc}]+$',
      },
      Timestamp: {
        type: 'string',
        format: 'date-time',
        description: 'RFC 3339.',
        maxLength: 40,
      },
      Revision: {
        type: 'integer',
        minimum: 0,
        description: 'Counts changes; the `ETag` is made of it.',
      },
      Visibility: {
        type: 'string',
        enum: ['PRIVATE', 'ALL_USERS', 'PUBLIC'],
        description: 'Who may see or use something (specification 2.2, 2.3).',
      },
      InstanceLifecycle: {
        type: 'string',
        enum: ['ON_DEMAND', 'MANAGED', 'LINK'],
      },
      ProblemOwner: {
        type: 'string',
        enum: ['you', 'author', 'admin', 'platform'],
        description: 'Who can do something about it.',
      },
      Issue: {
        type: 'object',
        description:
          'One fault or oddity of several, with its place in a file.',
        additionalProperties: false,
        required: ['message'],
        properties: {
          severity: { type: 'string', enum: ['error', 'warning'] },
          code: { type: 'string', description: 'The rule.' },
          message: { type: 'string' },
          path: { type: 'string', description: '`Runtime.Port`, or a file.' },
          line: { type: 'integer', description: 'Counted from 1.' },
          column: { type: 'integer', description: 'Counted from 1.' },
          remedy: { type: 'string' },
        },
      },
      Problem: {
        type: 'object',
        description:
          'A problem, said so that the reader knows what comes next.',
        additionalProperties: false,
        required: ['code', 'message', 'owner', 'remedy'],
        properties: {
          code: {
            type: 'string',
            description: 'A stable, upper-case name: `PORT_NOT_OPEN`.',
          },
          message: {
            type: 'string',
            description: 'What happened, in one sentence.',
          },
          owner: { $ref: '#/components/schemas/ProblemOwner' },
          remedy: { type: 'string', description: 'The next step.' },
          detail: {
            type: 'string',
            description:
              'Further lines, such as the end of a log, for those who may read it.',
          },
          evidence: {
            type: 'array',
            description:
              "What shows it, in the cluster's own words; for admins.",
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['source', 'message'],
              properties: {
                source: {
                  type: 'string',
                  description:
                    'Where it was seen: `Pod i-1, condition PodScheduled`.',
                },
                message: { type: 'string' },
              },
            },
          },
        },
      },
      ProblemDetails: {
        type: 'object',
        description: 'The body of every failed request (RFC 9457).',
        additionalProperties: false,
        required: [
          'type',
          'title',
          'status',
          'detail',
          'code',
          'owner',
          'remedy',
        ],
        properties: {
          type: { type: 'string', enum: ['about:blank'] },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string' },
          owner: { $ref: '#/components/schemas/ProblemOwner' },
          remedy: { type: 'string' },
          rule: {
            type: 'string',
            description: 'The access rule that decided, where one did.',
          },
          wouldChange: {
            type: 'array',
            description:
              'Ways to be allowed; each lists all that would have to change.',
            items: { type: 'array', items: { type: 'string' } },
          },
          issues: {
            type: 'array',
            description: 'Single faults, for a body or bundle with several.',
            items: { $ref: '#/components/schemas/Issue' },
          },
        },
      },
      RecoveryDecision: {
        type: 'string',
        enum: ['adopt', 'discard'],
        description:
          '`adopt`: rows are made again of what can be adopted, PRIVATE, of the owner it had; volumes of terminated instances are kept for seven more days. `discard`: all of it is deleted.',
      },
      RecoveryItem: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', 'id', 'name', 'adoptable'],
        properties: {
          kind: {
            type: 'string',
            enum: ['app', 'bundle', 'secret', 'instance'],
          },
          id: { type: 'string' },
          name: { type: 'string' },
          owner: { type: 'string' },
          volume: { type: 'boolean', description: 'Whether it has a volume.' },
          adoptable: { type: 'boolean' },
          reason: { type: 'string', description: 'Why it cannot be adopted.' },
        },
      },
      RecoveryReport: {
        type: 'object',
        additionalProperties: false,
        required: ['held', 'items'],
        properties: {
          held: {
            type: 'boolean',
            description:
              'The database is a restored backup, and deletions wait.',
          },
          since: { $ref: '#/components/schemas/Timestamp' },
          epochs: {
            type: 'object',
            description:
              'By place, what the restored database knew and what the place had seen.',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              required: ['database', 'seen'],
              properties: {
                database: { type: 'integer' },
                seen: { type: 'integer' },
              },
            },
          },
          plan: { type: 'string' },
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/RecoveryItem' },
          },
        },
      },
      AuditResult: { type: 'string', enum: ['done', 'refused', 'failed'] },
      AuditRecord: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'at', 'actor', 'action', 'result'],
        properties: {
          id: { type: 'string' },
          at: { $ref: '#/components/schemas/Timestamp' },
          actor: {
            type: 'string',
            description:
              'Entity ref; `anonymous`, or `store` for what it does by itself.',
          },
          action: { type: 'string' },
          resourceId: { type: 'string' },
          resourceName: { type: 'string' },
          address: {
            type: 'string',
            description: 'Where the request came from.',
          },
          client: { type: 'string', description: 'What sent it.' },
          rule: {
            type: 'string',
            description: 'The access rule that decided.',
          },
          result: { $ref: '#/components/schemas/AuditResult' },
          code: { type: 'string', description: 'The code of the problem.' },
          detail: {
            type: 'object',
            description: 'What was changed, without secrets.',
            additionalProperties: true,
          },
        },
      },
      AuditPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items', 'retentionDays'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/AuditRecord' },
          },
          retentionDays: { type: 'integer' },
          nextCursor: { type: 'string' },
        },
      },
      IamStatement: {
        type: 'object',
        additionalProperties: false,
        required: ['effect', 'subjects', 'actions'],
        properties: {
          effect: { type: 'string', enum: ['allow', 'deny'] },
          subjects: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              type: 'string',
              maxLength: 255,
              pattern:
                '^(\\*|anonymous|!?is_full_access|!?is_admin|user:[^\\p{Cc}]+|role:[^\\p{Cc}]+)$',
            },
          },
          actions: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              type: 'string',
              maxLength: 80,
              pattern:
                '^(\\*|(app|instance|tag|secret|alias|platform):(\\*|[a-z_]+))$',
            },
          },
          attributes: {
            type: 'array',
            maxItems: 20,
            items: {
              type: 'string',
              maxLength: 80,
              pattern:
                '^!?(is_owner|is_full_access|visibility:(PRIVATE|ALL_USERS|PUBLIC|APP)|lifecycle:(ON_DEMAND|MANAGED|LINK))$',
            },
          },
        },
      },
      IamPolicy: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'resources', 'statements'],
        properties: {
          name: {
            type: 'string',
            pattern: '^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$',
          },
          resources: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: {
              type: 'string',
              maxLength: 255,
              pattern: '^(\\*|(app|instance|tag|secret|alias):[^\\p{Cc}]+)$',
            },
          },
          statements: {
            type: 'array',
            minItems: 1,
            maxItems: 100,
            items: { $ref: '#/components/schemas/IamStatement' },
          },
        },
      },
      IamDocument: {
        type: 'object',
        additionalProperties: false,
        required: ['policies'],
        properties: {
          policies: {
            type: 'array',
            maxItems: 200,
            items: { $ref: '#/components/schemas/IamPolicy' },
          },
        },
      },
      IamPolicies: {
        type: 'object',
        additionalProperties: false,
        required: ['enabled', 'policies', 'revision'],
        properties: {
          revision: { $ref: '#/components/schemas/Revision' },
          enabled: {
            type: 'boolean',
            description: 'Whether appStore.iam.enabled lets them count.',
          },
          policies: {
            type: 'array',
            items: { $ref: '#/components/schemas/IamPolicy' },
          },
        },
      },
      AppAlias: {
        type: 'object',
        description: 'A custom URL with a life of its own.',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'url',
          'primary',
          'createdAt',
          'updatedAt',
          'revision',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          url: { type: 'string' },
          served: {
            type: 'boolean',
            description:
              'False where no admin lists its host name any more (`appStore.aliases.hosts`); stores of older releases do not tell.',
          },
          instanceId: {
            type: 'string',
            description: 'Absent while it has no instance.',
          },
          instanceTitle: {
            type: 'string',
            description: 'Title of the app of the instance.',
          },
          primary: {
            type: 'boolean',
            description: 'It is the address of its instance.',
          },
          creator: { type: 'string' },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          updatedAt: { $ref: '#/components/schemas/Timestamp' },
          revision: { $ref: '#/components/schemas/Revision' },
          can: {
            type: 'object',
            additionalProperties: false,
            required: ['assign', 'unassign', 'promote', 'delete', 'undo'],
            properties: {
              assign: { type: 'boolean' },
              unassign: { type: 'boolean' },
              promote: { type: 'boolean' },
              delete: { type: 'boolean' },
              undo: { type: 'boolean' },
            },
          },
        },
      },
      AliasPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/AppAlias' },
          },
          nextCursor: { type: 'string' },
        },
      },
      AliasChange: {
        type: 'object',
        description: 'One change of an alias.',
        additionalProperties: false,
        required: ['id', 'action', 'at', 'primary'],
        properties: {
          id: { type: 'string' },
          action: {
            type: 'string',
            enum: [
              'created',
              'assigned',
              'unassigned',
              'promoted',
              'demoted',
              'terminated',
              'deleted',
              'freed',
            ],
          },
          at: { $ref: '#/components/schemas/Timestamp' },
          by: {
            type: 'string',
            description: 'Entity ref; absent where the store did it.',
          },
          instanceId: {
            type: 'string',
            description: 'Where it led from then on.',
          },
          primary: { type: 'boolean' },
          restsUntil: {
            allOf: [{ $ref: '#/components/schemas/Timestamp' }],
            description:
              'Of a deletion; until then only the last owner may take the name.',
          },
        },
      },
      AliasHistoryPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/AliasChange' },
          },
          nextCursor: { type: 'string' },
        },
      },
      ImageReference: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$',
      },
      AppTag: {
        type: 'object',
        description: 'A tag as an app has it.',
        additionalProperties: false,
        required: ['id', 'name', 'title', 'color', 'description', 'kind'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          title: { type: 'string' },
          color: { type: 'string', description: '`#rrggbb`' },
          description: { type: 'string' },
          kind: { $ref: '#/components/schemas/TagKind' },
          assignedAt: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      Runnability: {
        type: 'object',
        description: 'Whether an app can be run here.',
        additionalProperties: false,
        required: ['runnable', 'problems'],
        properties: {
          runnable: { type: 'boolean' },
          problems: {
            type: 'array',
            items: { $ref: '#/components/schemas/Problem' },
          },
          checkedAt: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      AppParameter: {
        type: 'object',
        description:
          'Something that is asked when an instance is run (`[[Parameter]]`, ours).',
        additionalProperties: false,
        required: ['name', 'title', 'type'],
        properties: {
          name: {
            type: 'string',
            description: 'The environment variable that it becomes.',
          },
          title: { type: 'string' },
          description: { type: 'string' },
          type: {
            type: 'string',
            enum: ['text', 'number', 'boolean', 'choice'],
          },
          default: { type: 'string' },
          choices: { type: 'array', items: { type: 'string' } },
          required: { type: 'boolean' },
        },
      },
      AppRequirements: {
        type: 'object',
        description: 'What an app asks of the platform.',
        additionalProperties: false,
        required: [
          'runtime',
          'memoryLimit',
          'memoryReservation',
          'gpuCount',
          'secrets',
          'osPackages',
        ],
        properties: {
          runtime: { type: 'string' },
          memoryLimit: { type: 'string' },
          memoryReservation: { type: 'string' },
          cpuLimit: { type: 'string' },
          gpuCount: { type: 'integer' },
          gpuType: { type: 'string' },
          volumeSize: { type: 'string' },
          egress: {
            type: 'array',
            description:
              'What the app names of the network: `internet`, `none` or ranges of addresses; absent where it leaves that to the store.',
            items: { type: 'string' },
          },
          volumeMount: { type: 'string' },
          secrets: {
            type: 'array',
            description: 'Names of secrets that have to be there.',
            items: { type: 'string' },
          },
          osPackages: {
            type: 'array',
            description:
              'Operating-system packages that its `packages.txt` names.',
            items: { type: 'string' },
          },
        },
      },
      App: {
        type: 'object',
        description: 'One version of an app.',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'version',
          'title',
          'description',
          'longDescription',
          'keywords',
          'visibility',
          'lifecycle',
          'screenshots',
          'requirements',
          'parameters',
          'runnability',
          'newest',
          'liked',
          'pinned',
          'likes',
          'createdAt',
          'updatedAt',
          'revision',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          version: { type: 'string' },
          title: { type: 'string' },
          description: { type: 'string' },
          longDescription: { type: 'string', description: 'Markdown.' },
          keywords: { type: 'array', items: { type: 'string' } },
          visibility: { $ref: '#/components/schemas/Visibility' },
          lifecycle: { $ref: '#/components/schemas/InstanceLifecycle' },
          origin: { type: 'string', enum: ['direct', 'marketplace'] },
          owner: {
            type: 'string',
            description:
              'Entity ref; absent where the reader may not know the owner.',
          },
          offer: { $ref: '#/components/schemas/AppOffer' },
          tags: {
            type: 'array',
            description: 'Absent for visitors.',
            items: { $ref: '#/components/schemas/AppTag' },
          },
          icon: { type: 'string', description: "Path below the API's root." },
          screenshots: {
            type: 'array',
            description: "Paths below the API's root.",
            items: { type: 'string' },
          },
          requirements: { $ref: '#/components/schemas/AppRequirements' },
          parameters: {
            type: 'array',
            items: { $ref: '#/components/schemas/AppParameter' },
          },
          linkAddress: { type: 'string' },
          defaultLaunchProfile: { type: 'string' },
          customImage: { type: 'string' },
          serviceAccount: {
            type: 'string',
            description:
              'The Kubernetes service account of its pods. Only admins can change it.',
          },
          runnability: { $ref: '#/components/schemas/Runnability' },
          remarks: {
            type: 'array',
            description:
              'What people should know of it who run it; one sentence each.',
            items: { type: 'string' },
          },
          newest: {
            type: 'boolean',
            description:
              'True for the newest version of its name that the reader sees.',
          },
          liked: { type: 'boolean' },
          pinned: { type: 'boolean' },
          likes: { type: 'integer', description: 'How many people like it.' },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          updatedAt: { $ref: '#/components/schemas/Timestamp' },
          revision: { $ref: '#/components/schemas/Revision' },
          can: {
            type: 'object',
            description: 'What the reader may do.',
            additionalProperties: false,
            required: [
              'run',
              'delete',
              'update',
              'download',
              'transfer',
              'setServiceAccount',
              'refresh',
            ],
            properties: {
              run: { type: 'boolean' },
              delete: { type: 'boolean' },
              update: { type: 'boolean' },
              download: { type: 'boolean' },
              transfer: { type: 'boolean' },
              setServiceAccount: { type: 'boolean' },
              refresh: { type: 'boolean' },
            },
          },
        },
      },
      AppPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: { type: 'array', items: { $ref: '#/components/schemas/App' } },
          nextCursor: { type: 'string' },
        },
      },
      AppChange: {
        type: 'object',
        description: 'What may be changed of an app version.',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          visibility: { $ref: '#/components/schemas/Visibility' },
          tags: {
            type: 'array',
            description: 'Names of all its tags.',
            maxItems: 100,
            items: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          defaultLaunchProfile: {
            type: 'string',
            maxLength: 63,
            pattern: '^\\P{Cc}*$',
            nullable: true,
            description: 'null for none.',
          },
          customImage: {
            type: 'string',
            minLength: 1,
            maxLength: 255,
            pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$',
            nullable: true,
            description: 'null for that of the app itself.',
          },
          serviceAccount: {
            type: 'string',
            maxLength: 253,
            pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
            nullable: true,
            description: 'For admins; null for none.',
          },
        },
      },
      ImportedApp: {
        type: 'object',
        description: 'What came of an import.',
        additionalProperties: false,
        required: ['app', 'warnings'],
        properties: {
          app: { $ref: '#/components/schemas/App' },
          warnings: {
            type: 'array',
            description: 'What was noticed and does not matter.',
            items: { $ref: '#/components/schemas/Issue' },
          },
        },
      },
      AppStarts: {
        type: 'object',
        additionalProperties: false,
        required: ['starts'],
        properties: {
          starts: {
            type: 'integer',
            description: 'How many were looked at, 100 at most.',
          },
          medianMs: {
            type: 'integer',
            description:
              'From the request until the app answered, in milliseconds; absent where there was none.',
          },
        },
      },
      ManagedInstance: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'url', 'status'],
        properties: {
          id: { type: 'string' },
          url: { type: 'string' },
          status: { $ref: '#/components/schemas/InstanceStatus' },
          up: {
            type: 'boolean',
            description: 'It answers at the moment, although it is restarting.',
          },
        },
      },
      RunRequest: {
        type: 'object',
        additionalProperties: false,
        properties: {
          visibility: {
            type: 'string',
            enum: ['PRIVATE', 'ALL_USERS', 'PUBLIC'],
            default: 'PRIVATE',
          },
          launchProfile: {
            type: 'string',
            maxLength: 63,
            pattern: '^\\P{Cc}*$',
          },
          parameters: {
            type: 'object',
            description: "Values by the names of the app's parameters.",
            maxProperties: 50,
            additionalProperties: {
              type: 'string',
              maxLength: 4096,
              pattern: '^[^\\x00]*$',
            },
          },
        },
      },
      DeclarationKind: {
        type: 'string',
        enum: ['AppTag', 'AppSecret', 'App', 'AppInstance', 'AppAlias'],
      },
      DeclarationState: {
        type: 'string',
        enum: [
          'IN_SYNC',
          'PROGRESSING',
          'DRIFTED',
          'PROPOSED',
          'REFUSED',
          'ORPHANED',
          'UNREADABLE',
        ],
        description:
          '`IN_SYNC`: what is there is what is declared. `PROGRESSING`: on the way. `DRIFTED`: what is there was changed in the store. `PROPOSED`: waits for somebody with the rights. `REFUSED`: see the problem. `ORPHANED`: no longer declared, and still there. `UNREADABLE`: the catalog cannot read the file any more, see the problem; what it declared last still counts.',
      },
      DeclarationChange: {
        type: 'object',
        description: 'What is declared against what is there.',
        additionalProperties: false,
        required: ['field'],
        properties: {
          field: { type: 'string' },
          declared: { type: 'string' },
          actual: { type: 'string' },
        },
      },
      DeclarationContent: {
        type: 'object',
        description: 'What stands in the source of a declared app.',
        additionalProperties: false,
        required: ['url', 'name', 'version', 'contentDigest'],
        properties: {
          url: { type: 'string' },
          etag: {
            type: 'string',
            description:
              'The commit; of a bundle what its server calls its version.',
          },
          name: { type: 'string' },
          version: { type: 'string' },
          contentDigest: { type: 'string' },
        },
      },
      Declaration: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'entityRef',
          'kind',
          'source',
          'state',
          'since',
          'digest',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          entityRef: { type: 'string' },
          kind: { $ref: '#/components/schemas/DeclarationKind' },
          source: { type: 'string', enum: ['catalog', 'files'] },
          location: {
            type: 'string',
            description:
              'Where the catalog read it, or `file:` and the path of the file that was applied.',
          },
          owner: {
            type: 'string',
            description: 'The person for whom it acts. Absent of a proposal.',
          },
          acceptedBy: { type: 'string' },
          acceptedAt: { $ref: '#/components/schemas/Timestamp' },
          state: { $ref: '#/components/schemas/DeclarationState' },
          since: { $ref: '#/components/schemas/Timestamp' },
          missingSince: { $ref: '#/components/schemas/Timestamp' },
          problem: { $ref: '#/components/schemas/Problem' },
          changes: {
            type: 'array',
            items: { $ref: '#/components/schemas/DeclarationChange' },
          },
          resourceId: {
            type: 'string',
            description: 'The id of what it declares.',
          },
          content: { $ref: '#/components/schemas/DeclarationContent' },
          digest: { type: 'string', description: 'Of what it declares.' },
          can: {
            type: 'object',
            additionalProperties: false,
            required: ['accept', 'apply', 'end'],
            properties: {
              accept: { type: 'boolean' },
              apply: { type: 'boolean' },
              end: { type: 'boolean' },
            },
          },
        },
      },
      DeclarationPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/Declaration' },
          },
          nextCursor: { type: 'string' },
        },
      },
      DeclarationPlan: {
        type: 'object',
        additionalProperties: false,
        required: ['entityRef', 'kind', 'action', 'changes'],
        properties: {
          entityRef: { type: 'string' },
          kind: { $ref: '#/components/schemas/DeclarationKind' },
          action: {
            type: 'string',
            enum: [
              'SAME',
              'CREATE',
              'UPDATE',
              'REPLACE',
              'WAIT',
              'DIFFERS',
              'REFUSED',
              'END',
            ],
            description:
              '`REPLACE`: another instance takes the place. `WAIT`: for something else that is declared. `DIFFERS`: and is left so. `END`: no longer declared.',
          },
          changes: {
            type: 'array',
            items: { $ref: '#/components/schemas/DeclarationChange' },
          },
          problem: { $ref: '#/components/schemas/Problem' },
          note: {
            type: 'string',
            description:
              'That the catalog has it, too, and a change is merged there.',
          },
          resourceId: { type: 'string' },
          file: {
            type: 'string',
            description:
              'Of what would end, the path of the file from which it was applied last.',
          },
        },
      },
      DeclarationFiles: {
        type: 'object',
        additionalProperties: false,
        required: ['documents'],
        properties: {
          set: {
            type: 'string',
            pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
            description:
              'The name of the files together, by which what is no longer in them is known. Default: `default`, but with `prune`, which needs a name.',
          },
          dryRun: { type: 'boolean', default: false },
          apply: {
            type: 'boolean',
            default: true,
            description:
              'False where only what is no longer in the files is to end.',
          },
          prune: {
            type: 'boolean',
            default: false,
            description:
              'Ends what was applied before and is no longer in the files.',
          },
          documents: {
            type: 'array',
            maxItems: 500,
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['document'],
              properties: {
                file: {
                  type: 'string',
                  maxLength: 4096,
                  pattern: '^[^\\p{Cc}]*$',
                  description:
                    'The path of its file, which a later `prune` tells.',
                },
                document: {
                  type: 'string',
                  minLength: 2,
                  maxLength: 65536,
                  pattern: '^[^\\x00]*$',
                  description: 'The document as JSON.',
                },
                bundle: {
                  type: 'object',
                  description: 'Of an app, what stands in its directory.',
                  additionalProperties: false,
                  required: ['name', 'version', 'contentDigest'],
                  properties: {
                    name: {
                      type: 'string',
                      minLength: 1,
                      maxLength: 63,
                      pattern: '^[^\\p{Cc}]+$',
                    },
                    version: {
                      type: 'string',
                      minLength: 1,
                      maxLength: 63,
                      pattern: '^[^\\p{Cc}]+$',
                    },
                    contentDigest: {
                      type: 'string',
                      pattern: '^[0-9a-f]{64}$',
                    },
                  },
                },
              },
            },
          },
        },
      },
      DoctorReport: {
        type: 'object',
        additionalProperties: false,
        required: ['checkedAt', 'checks'],
        properties: {
          checkedAt: { $ref: '#/components/schemas/Timestamp' },
          checks: {
            type: 'array',
            items: { $ref: '#/components/schemas/DoctorCheck' },
          },
        },
      },
      DoctorCheck: {
        type: 'object',
        description: 'Something that must hold, and whether it does.',
        additionalProperties: false,
        required: ['id', 'title', 'state', 'message', 'evidence', 'repairable'],
        properties: {
          id: {
            type: 'string',
            description: 'Its name in addresses and commands: `drift`.',
          },
          title: { type: 'string' },
          state: { type: 'string', enum: ['OK', 'WARNING', 'FAILED'] },
          message: {
            type: 'string',
            description: 'What was found, in one sentence.',
          },
          remedy: { type: 'string', description: 'The next step.' },
          evidence: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['source', 'message'],
              properties: {
                source: { type: 'string' },
                message: { type: 'string' },
              },
            },
          },
          repairable: {
            type: 'boolean',
            description: 'The store can put it right.',
          },
        },
      },
      DoctorRepair: {
        type: 'object',
        additionalProperties: false,
        required: ['dryRun', 'items'],
        properties: {
          dryRun: { type: 'boolean' },
          items: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['name', 'action'],
              properties: {
                name: { type: 'string' },
                action: { type: 'string' },
              },
            },
          },
        },
      },
      InstanceStatus: {
        type: 'string',
        enum: ['UNKNOWN', 'PENDING', 'DEPLOYED', 'FAILED', 'SUSPENDED'],
      },
      LaunchStage: {
        type: 'string',
        enum: [
          'accepted',
          'scheduled',
          'bundle',
          'dependencies',
          'starting',
          'ready',
        ],
      },
      LaunchStep: {
        type: 'string',
        description:
          "A step of a launch: waiting for the store (`queued`), writing the objects (`applied`), finding a node (`scheduled`), its image (`pulled`), the app's bundle and its environment, the start of its container (`started`), its first successful probe (`probed`), the gateway's route (`routed`), and the first byte that a visitor got.",
        enum: [
          'queued',
          'applied',
          'scheduled',
          'pulled',
          'bundle',
          'dependencies',
          'started',
          'probed',
          'routed',
          'firstByte',
        ],
      },
      LaunchReceipt: {
        type: 'object',
        additionalProperties: false,
        required: ['launch', 'beganAt', 'steps', 'usual'],
        properties: {
          launch: { type: 'integer', description: 'Of this instance, from 1.' },
          beganAt: { $ref: '#/components/schemas/Timestamp' },
          readyMs: {
            type: 'integer',
            description:
              'From the request until it could be opened; absent while it cannot.',
          },
          steps: {
            type: 'array',
            description:
              'Those that are through, in their order; what was not seen by itself is part of the next one.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['step', 'fromMs', 'toMs'],
              properties: {
                step: { $ref: '#/components/schemas/LaunchStep' },
                fromMs: {
                  type: 'integer',
                  description: 'Since the beginning.',
                },
                toMs: { type: 'integer', description: 'Since the beginning.' },
                usualMs: {
                  type: 'integer',
                  description:
                    "What it takes in the middle of the app's launches; absent where none had it.",
                },
              },
            },
          },
          usual: {
            type: 'object',
            description: 'The last launches of the app, of all its versions.',
            additionalProperties: false,
            required: ['launches', 'readyMs'],
            properties: {
              launches: { type: 'integer', description: '100 at most.' },
              medianMs: { type: 'integer' },
              readyMs: {
                type: 'array',
                description:
                  'What each took until it could be opened, in milliseconds, ascending.',
                items: { type: 'integer' },
              },
            },
          },
        },
      },
      InstanceCondition: {
        type: 'object',
        description: "In the manner of Kubernetes' conditions.",
        additionalProperties: false,
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: {
            type: 'string',
            enum: ['Applied', 'Ready', 'Suspended'],
            description:
              '`Applied`: the cluster has its objects as they should be. `Ready`: it can be opened. `Suspended`: nothing of it runs.',
          },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          reason: { type: 'string', description: 'One word: `OutOfMemory`.' },
          message: { type: 'string' },
          lastTransitionTime: {
            allOf: [{ $ref: '#/components/schemas/Timestamp' }],
            description: 'Since when its status is this one.',
          },
        },
      },
      AppInstance: {
        type: 'object',
        description: 'A running or suspended copy of an app.',
        additionalProperties: false,
        required: [
          'id',
          'appId',
          'appName',
          'appVersion',
          'appTitle',
          'lifecycle',
          'visibility',
          'status',
          'stages',
          'restartCount',
          'url',
          'suspendable',
          'extended',
          'terminating',
          'createdAt',
          'updatedAt',
          'revision',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          appId: { type: 'string' },
          appName: { type: 'string' },
          appVersion: { type: 'string' },
          appTitle: { type: 'string' },
          appIcon: { type: 'string' },
          lifecycle: { $ref: '#/components/schemas/InstanceLifecycle' },
          owner: {
            type: 'string',
            description:
              'Entity ref; absent where the reader may not know the owner.',
          },
          visibility: { $ref: '#/components/schemas/Visibility' },
          status: { $ref: '#/components/schemas/InstanceStatus' },
          stage: {
            allOf: [{ $ref: '#/components/schemas/LaunchStage' }],
            description:
              'How far the running launch has come; `ready` afterwards; absent while suspended.',
          },
          stages: {
            type: 'object',
            description: 'When each stage of the last launch was reached.',
            additionalProperties: { type: 'string' },
          },
          problem: { $ref: '#/components/schemas/Problem' },
          notice: {
            type: 'string',
            description:
              'What a launch waits for, where nothing is wrong with it.',
          },
          conditions: {
            type: 'array',
            description:
              'What holds of it beside its status, each with why and since when; for those who may read its status.',
            items: { $ref: '#/components/schemas/InstanceCondition' },
          },
          suspending: {
            type: 'boolean',
            description:
              'Suspended, and its pod has not ended yet; its status is PENDING until then.',
          },
          restartCount: { type: 'integer' },
          restarting: {
            type: 'boolean',
            description:
              'The app ended by itself, and is started again or was so a short time ago; its status is FAILED until it is well.',
          },
          up: {
            type: 'boolean',
            description: 'It answers at the moment, although it is restarting.',
          },
          url: {
            type: 'string',
            description:
              'Where it is opened: its primary alias, where it has one.',
          },
          primaryAlias: { type: 'string' },
          launchProfile: { type: 'string' },
          parameters: {
            type: 'object',
            description: 'For those who may read its status.',
            additionalProperties: { type: 'string' },
          },
          suspendable: { type: 'boolean' },
          suspendAfter: {
            allOf: [{ $ref: '#/components/schemas/Timestamp' }],
            description: 'Absent where it never suspends by itself.',
          },
          extended: {
            type: 'boolean',
            description: 'The one extension of this start was used.',
          },
          secretsChanged: {
            type: 'boolean',
            description:
              'Secrets changed since it was started, which go on with their old values; for those who may read its status.',
          },
          staleSecrets: {
            type: 'array',
            description:
              'The names of those secrets, for those who may read what its app.toml holds, too.',
            items: { type: 'string' },
          },
          keepsVolume: {
            type: 'boolean',
            description:
              'It has a volume, which is kept for a time when it is terminated; for those who may read its status.',
          },
          terminating: {
            type: 'boolean',
            description: 'True between the order to end and the end.',
          },
          purgeAfter: {
            allOf: [{ $ref: '#/components/schemas/Timestamp' }],
            description:
              'When the volume of a terminated instance goes; until then it can be restored.',
          },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          updatedAt: { $ref: '#/components/schemas/Timestamp' },
          revision: { $ref: '#/components/schemas/Revision' },
          can: {
            type: 'object',
            description: 'What the reader may do now.',
            additionalProperties: false,
            required: [
              'open',
              'logs',
              'status',
              'suspend',
              'resume',
              'terminate',
              'update',
              'extend',
              'restore',
              'redeploy',
              'disableAutosuspend',
              'alias',
            ],
            properties: {
              open: { type: 'boolean' },
              logs: { type: 'boolean' },
              status: { type: 'boolean' },
              suspend: { type: 'boolean' },
              resume: { type: 'boolean' },
              terminate: { type: 'boolean' },
              update: { type: 'boolean' },
              extend: { type: 'boolean' },
              restore: { type: 'boolean' },
              redeploy: { type: 'boolean' },
              disableAutosuspend: { type: 'boolean' },
              alias: { type: 'boolean' },
            },
          },
        },
      },
      InstancePage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/AppInstance' },
          },
          nextCursor: { type: 'string' },
        },
      },
      PodStatus: {
        type: 'object',
        description:
          "What the cluster says of an instance's pod (specification 2.3).",
        additionalProperties: false,
        required: ['status', 'restartCount'],
        properties: {
          status: {
            type: 'string',
            description:
              'As Kubernetes calls it: `Running`, `CrashLoopBackOff`.',
          },
          reason: { type: 'string' },
          message: { type: 'string' },
          exitCode: { type: 'integer' },
          restartCount: { type: 'integer' },
          lastFailure: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      InstanceEvent: {
        type: 'object',
        description: 'An event of the cluster about an instance.',
        additionalProperties: false,
        required: ['type', 'reason', 'message', 'count', 'lastSeen'],
        properties: {
          type: { type: 'string', enum: ['Normal', 'Warning'] },
          reason: { type: 'string' },
          message: { type: 'string' },
          count: { type: 'integer' },
          lastSeen: { type: 'string' },
        },
      },
      CatalogApp: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'version',
          'title',
          'description',
          'keywords',
          'mode',
          'lifecycle',
          'visibility',
          'newest',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          version: { type: 'string' },
          title: { type: 'string' },
          description: { type: 'string' },
          keywords: { type: 'array', items: { type: 'string' } },
          mode: { type: 'string' },
          lifecycle: { $ref: '#/components/schemas/InstanceLifecycle' },
          visibility: { $ref: '#/components/schemas/Visibility' },
          newest: {
            type: 'boolean',
            description:
              'The newest version of its name that the catalog may hold.',
          },
          owner: {
            type: 'string',
            description: 'Only where readers of the catalog may know it.',
          },
          tags: {
            type: 'array',
            description:
              'Names of tags; only where readers of the catalog may know them.',
            items: { type: 'string' },
          },
          visitors: {
            type: 'boolean',
            description:
              'Whether readers who may know neither owner nor tags may come to see it, and get an entity of their own; absent where there are no such readers.',
          },
        },
      },
      CatalogAppPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/CatalogApp' },
          },
          nextCursor: { type: 'string' },
        },
      },
      CatalogTag: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'title', 'color', 'description', 'apps'],
        properties: {
          name: { type: 'string' },
          title: { type: 'string' },
          color: { type: 'string' },
          description: { type: 'string' },
          apps: {
            type: 'array',
            description:
              'The newest version of each name that has it, the first few hundred.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['name', 'version'],
              properties: {
                name: { type: 'string' },
                version: { type: 'string' },
              },
            },
          },
        },
      },
      CatalogText: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'text'],
        properties: {
          id: { type: 'string', description: 'Of the app version.' },
          text: { type: 'string', description: 'Its first 2000 characters.' },
        },
      },
      CatalogReader: {
        type: 'object',
        additionalProperties: false,
        required: ['admin', 'owners', 'tags'],
        description: 'One of `only` and `except`, whichever is shorter.',
        properties: {
          only: {
            type: 'array',
            description: 'Ids of the apps that they may read.',
            items: { type: 'string' },
          },
          except: {
            type: 'array',
            description: 'Ids of the apps that they may not read.',
            items: { type: 'string' },
          },
          declarations: {
            type: 'array',
            description: 'Refs of the declarations that they may read.',
            items: { type: 'string' },
          },
          tags: { type: 'boolean', description: 'Whether they may read tags.' },
          admin: { type: 'boolean', description: 'Whether they are an admin.' },
          unknown: {
            type: 'boolean',
            description:
              'No source of people knows them any more; they read nothing.',
          },
          owners: {
            type: 'boolean',
            description:
              'Whether they may know owners and tags of apps; who may not reads the entities that say neither.',
          },
        },
      },
      SignIn: {
        type: 'object',
        additionalProperties: false,
        required: ['userEntityRef', 'displayName', 'roles'],
        properties: {
          userEntityRef: { $ref: '#/components/schemas/Ref' },
          displayName: {
            type: 'string',
            minLength: 1,
            maxLength: 200,
            pattern: '^\\P{C}*$',
          },
          roles: {
            type: 'array',
            maxItems: 500,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 255,
              pattern: '^\\P{C}*$',
            },
          },
          issuers: {
            type: 'array',
            minItems: 1,
            maxItems: 20,
            items: {
              type: 'string',
              minLength: 1,
              maxLength: 2000,
              pattern: '^\\P{C}*$',
            },
          },
        },
      },
      Admission: {
        type: 'object',
        additionalProperties: false,
        required: ['found'],
        properties: {
          found: {
            type: 'boolean',
            description: 'False where there is no such instance.',
          },
          allowed: { type: 'boolean' },
          rule: { type: 'string' },
          displayName: { type: 'string' },
          roles: { type: 'array', items: { type: 'string' } },
          known: {
            type: 'boolean',
            description:
              'False where the session is one of somebody whom the store does not know (any more). It ends then.',
          },
          holdsForMs: {
            type: 'integer',
            description:
              'How long the answer may be kept. Absent where it depends on no person.',
          },
        },
      },
      Label: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\p{Cc}]*[^\\p{Cc}\\s][^\\p{Cc}]*$',
      },
      BegunLogin: {
        type: 'object',
        description:
          'The beginning of a sign-in through the browser (RFC 8628).',
        additionalProperties: false,
        required: [
          'deviceCode',
          'userCode',
          'verificationUri',
          'verificationUriComplete',
          'expiresIn',
          'interval',
        ],
        properties: {
          deviceCode: { type: 'string' },
          userCode: { type: 'string' },
          verificationUri: { type: 'string' },
          verificationUriComplete: { type: 'string' },
          expiresIn: { type: 'integer', description: 'Seconds.' },
          interval: { type: 'integer', description: 'Seconds.' },
        },
      },
      LoginAnswer: {
        type: 'object',
        additionalProperties: false,
        required: ['state'],
        properties: {
          state: { type: 'string', enum: ['pending', 'done'] },
          token: { type: 'string' },
          ownerRef: { type: 'string' },
        },
      },
      LoginRequest: {
        type: 'object',
        description:
          'A sign-in of a command line that waits for a person to confirm it.',
        additionalProperties: false,
        required: ['client', 'userCode', 'createdAt', 'expiresAt'],
        properties: {
          client: {
            type: 'string',
            description: 'What asks, in its own words.',
          },
          userCode: { type: 'string' },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          expiresAt: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      AccessToken: {
        type: 'object',
        description:
          'A token of a command line (`login`) or of a machine; never the token itself.',
        additionalProperties: false,
        required: ['id', 'name', 'kind', 'createdAt', 'expiresAt'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          kind: { type: 'string', enum: ['login', 'machine'] },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          expiresAt: { $ref: '#/components/schemas/Timestamp' },
          lastUsedAt: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      NewAccessToken: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'name', 'kind', 'createdAt', 'expiresAt', 'token'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          kind: { type: 'string', enum: ['login', 'machine'] },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          expiresAt: { $ref: '#/components/schemas/Timestamp' },
          lastUsedAt: { $ref: '#/components/schemas/Timestamp' },
          token: { type: 'string' },
        },
      },
      AppOffer: {
        type: 'object',
        description: 'To whom an app version is offered.',
        additionalProperties: false,
        required: [
          'id',
          'to',
          'offeredBy',
          'allVersions',
          'createdAt',
          'expiresAt',
        ],
        properties: {
          id: { type: 'string' },
          to: { type: 'string', description: 'Entity ref.' },
          offeredBy: {
            type: 'string',
            description: 'Entity ref of its owner, or of an admin.',
          },
          allVersions: { type: 'boolean' },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          expiresAt: { $ref: '#/components/schemas/Timestamp' },
        },
      },
      Offer: {
        type: 'object',
        description: 'An offer to hand app versions over.',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'from',
          'to',
          'offeredBy',
          'allVersions',
          'apps',
          'secrets',
          'createdAt',
          'expiresAt',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string', description: 'Of the app.' },
          from: {
            type: 'string',
            description: 'Entity ref of the present owner.',
          },
          to: { type: 'string', description: 'Entity ref.' },
          offeredBy: {
            type: 'string',
            description: 'Entity ref of the owner, or of an admin.',
          },
          allVersions: {
            type: 'boolean',
            description:
              'All versions that the owner had when it was made, and the name.',
          },
          apps: {
            type: 'array',
            description: 'The newest version first.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['id', 'version', 'title'],
              properties: {
                id: { type: 'string' },
                version: { type: 'string' },
                title: { type: 'string' },
              },
            },
          },
          secrets: {
            type: 'array',
            description:
              "Names of secrets that they use, which would be the receiver's own.",
            items: { type: 'string' },
          },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          expiresAt: { $ref: '#/components/schemas/Timestamp' },
          can: {
            type: 'object',
            description: 'What the reader may do.',
            additionalProperties: false,
            required: ['answer', 'withdraw'],
            properties: {
              answer: { type: 'boolean', description: 'Accept or decline it.' },
              withdraw: { type: 'boolean' },
            },
          },
        },
      },
      SecretVisibility: {
        type: 'string',
        enum: ['PRIVATE', 'ALL_USERS', 'APP'],
      },
      AppSecret: {
        type: 'object',
        description: 'The name of a secret and its keys; never a value.',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'visibility',
          'keys',
          'createdAt',
          'updatedAt',
          'revision',
          'state',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          visibility: { $ref: '#/components/schemas/SecretVisibility' },
          parent: { type: 'string', description: '`app:<app name>`' },
          owner: { type: 'string' },
          keys: { type: 'array', items: { type: 'string' } },
          state: {
            type: 'string',
            enum: ['READY', 'CHANGED_OUTSIDE', 'LOST'],
            description: 'Whether the cluster still holds what was put there.',
          },
          createdAt: { $ref: '#/components/schemas/Timestamp' },
          updatedAt: { $ref: '#/components/schemas/Timestamp' },
          revision: { $ref: '#/components/schemas/Revision' },
          can: {
            type: 'object',
            additionalProperties: false,
            required: ['reveal', 'update', 'delete'],
            properties: {
              reveal: { type: 'boolean' },
              update: { type: 'boolean' },
              delete: { type: 'boolean' },
            },
          },
        },
      },
      SecretPage: {
        type: 'object',
        additionalProperties: false,
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            items: { $ref: '#/components/schemas/AppSecret' },
          },
          nextCursor: { type: 'string' },
        },
      },
      SecretUsage: {
        type: 'object',
        additionalProperties: false,
        required: ['apps', 'instances', 'hidden'],
        properties: {
          apps: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['id', 'name', 'version', 'title', 'keys', 'optional'],
              properties: {
                id: { type: 'string' },
                name: { type: 'string' },
                version: { type: 'string' },
                title: { type: 'string' },
                keys: { type: 'array', items: { type: 'string' } },
                optional: {
                  type: 'boolean',
                  description: 'The app runs without it, too.',
                },
              },
            },
          },
          instances: {
            type: 'array',
            description: 'Instances that were started with it.',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['id', 'appTitle', 'status', 'current'],
              properties: {
                id: { type: 'string' },
                appTitle: { type: 'string' },
                owner: { type: 'string' },
                status: { $ref: '#/components/schemas/InstanceStatus' },
                current: {
                  type: 'boolean',
                  description: 'False where it still runs with an older value.',
                },
              },
            },
          },
          hidden: {
            type: 'integer',
            description: 'Further ones that the reader may not see.',
          },
        },
      },
      Me: {
        type: 'object',
        description: 'The reader.',
        additionalProperties: false,
        required: [
          'userEntityRef',
          'displayName',
          'kind',
          'admin',
          'roles',
          'instanceLimit',
          'runningInstances',
          'usedSlots',
        ],
        properties: {
          userEntityRef: { type: 'string' },
          displayName: { type: 'string' },
          kind: { type: 'string', enum: ['visitor', 'full-access'] },
          admin: { type: 'boolean' },
          roles: { type: 'array', items: { type: 'string' } },
          instanceLimit: {
            type: 'integer',
            description:
              'Slots for instances. Each takes one until it is suspended or terminated, whether it runs, starts or failed.',
          },
          runningInstances: {
            type: 'integer',
            description: 'Their instances that run, and can be opened.',
          },
          usedSlots: { type: 'integer' },
          appVersionLimit: { type: 'integer' },
          ownedAppVersions: { type: 'integer' },
        },
      },
      Notice: {
        type: 'object',
        description: 'A banner that stays (specification 2.7).',
        additionalProperties: false,
        required: ['severity', 'title'],
        properties: {
          severity: {
            type: 'string',
            enum: ['info', 'error', 'warning', 'blocked', 'success', 'severe'],
          },
          title: { type: 'string' },
          content: { type: 'string', description: 'Markdown.' },
        },
      },
      StoreInfo: {
        type: 'object',
        description: 'What the store is set to, for pages and commands.',
        additionalProperties: false,
        required: [
          'version',
          'appsUrl',
          'publicMode',
          'downloads',
          'notices',
          'branding',
        ],
        properties: {
          version: { type: 'string' },
          appsUrl: {
            type: 'string',
            description: 'Where apps are served: scheme, domain, port.',
          },
          publicMode: { type: 'boolean' },
          downloads: { type: 'boolean' },
          instanceTimeoutSeconds: {
            type: 'integer',
            description: '-1 for never.',
          },
          terminatedRetentionSeconds: { type: 'integer' },
          aliasRestSeconds: {
            type: 'integer',
            description: 'How long the name of a deleted alias rests.',
          },
          aliasHosts: {
            type: 'array',
            description:
              "Host names outside the apps' domain that aliases may have; `*.` stands for one label.",
            items: { type: 'string' },
          },
          extensionSeconds: {
            type: 'integer',
            description:
              'How much longer an owner may have an instance run, once; 0 for not at all.',
          },
          declarationIntervalSeconds: {
            type: 'integer',
            description: 'Between two looks at what the catalog declares.',
          },
          declarationRemovalSeconds: {
            type: 'integer',
            description:
              'How long a declaration is gone from the catalog before it counts as removed.',
          },
          notices: {
            type: 'array',
            items: { $ref: '#/components/schemas/Notice' },
          },
          commandUrl: {
            type: 'string',
            description:
              'Where the `app-store` command is downloaded; a path of the portal, or a URL.',
          },
          branding: {
            type: 'object',
            additionalProperties: false,
            required: ['title'],
            properties: {
              title: { type: 'string' },
              logoUrl: { type: 'string' },
              color: { type: 'string', description: '`#rrggbb`' },
            },
          },
        },
      },
      RuntimeVersion: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'mode', 'status', 'aliases'],
        properties: {
          name: { type: 'string' },
          mode: { type: 'string' },
          status: {
            type: 'string',
            enum: ['DEFAULT', 'AVAILABLE', 'DEPRECATED'],
          },
          aliases: { type: 'array', items: { type: 'string' } },
          osPackages: { type: 'array', items: { type: 'string' } },
        },
      },
      LaunchProfile: {
        type: 'object',
        description:
          'A named size that an instance may be run with (specification 2.7).',
        additionalProperties: false,
        required: ['name', 'title'],
        properties: {
          name: { type: 'string' },
          title: { type: 'string' },
          description: { type: 'string' },
          memoryLimit: { type: 'string' },
          memoryReservation: { type: 'string' },
          cpuLimit: { type: 'string' },
          cpuReservation: { type: 'string' },
          gpuCount: { type: 'integer' },
          gpuType: { type: 'string' },
        },
      },
      Explanation: {
        type: 'object',
        description: 'A decision of the access rules, with its reasons.',
        additionalProperties: false,
        required: [
          'person',
          'action',
          'resource',
          'allowed',
          'rule',
          'because',
          'wouldChange',
        ],
        properties: {
          person: { type: 'string' },
          action: { type: 'string', description: '`instance:view_log`' },
          resource: { type: 'string' },
          allowed: { type: 'boolean' },
          rule: {
            type: 'string',
            description: 'Section of the specification and row.',
          },
          because: { type: 'array', items: { type: 'string' } },
          wouldChange: {
            type: 'array',
            items: { type: 'array', items: { type: 'string' } },
          },
        },
      },
      TagKind: {
        type: 'string',
        enum: ['CATEGORY', 'AUTHORIZATION', 'BADGE'],
        description: 'How a tag is shown (specification 2.4).',
      },
      TagName: {
        type: 'string',
        pattern: '^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$',
      },
      TagTitle: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\p{Cc}\\p{Bidi_Control}]+$',
      },
      TagColor: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' },
      TagDescription: {
        type: 'string',
        maxLength: 1000,
        pattern: '^[^\\x00\\p{Bidi_Control}]*$',
      },
      Roles: {
        type: 'array',
        maxItems: 100,
        uniqueItems: true,
        items: { $ref: '#/components/schemas/Ref' },
      },
      Tag: {
        type: 'object',
        additionalProperties: false,
        required: [
          'id',
          'name',
          'title',
          'color',
          'description',
          'adminRoles',
          'visitorRoles',
          'assigners',
          'kind',
          'isCategory',
          'apps',
          'revision',
          'can',
        ],
        properties: {
          id: { type: 'string' },
          name: { type: 'string' },
          title: { type: 'string' },
          color: { type: 'string' },
          description: { type: 'string' },
          adminRoles: { type: 'array', items: { type: 'string' } },
          visitorRoles: { type: 'array', items: { type: 'string' } },
          assigners: {
            type: 'string',
            enum: ['FULL_ACCESS', 'ADMIN_ROLES', 'ADMINS'],
            description:
              'Who may assign, remove and change it beside admins: everybody with full access, holders of its admin roles, or nobody else.',
          },
          kind: { $ref: '#/components/schemas/TagKind' },
          isCategory: { type: 'boolean' },
          apps: {
            type: 'integer',
            description: 'How many app versions bear it.',
          },
          revision: { $ref: '#/components/schemas/Revision' },
          can: {
            type: 'object',
            additionalProperties: false,
            required: ['assign', 'update', 'delete'],
            properties: {
              assign: { type: 'boolean' },
              update: { type: 'boolean' },
              delete: { type: 'boolean' },
            },
          },
        },
      },
      NewTag: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: { $ref: '#/components/schemas/TagName' },
          title: { $ref: '#/components/schemas/TagTitle' },
          color: { $ref: '#/components/schemas/TagColor' },
          description: { $ref: '#/components/schemas/TagDescription' },
          adminRoles: { $ref: '#/components/schemas/Roles' },
          visitorRoles: { $ref: '#/components/schemas/Roles' },
        },
      },
      TagChange: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          name: { $ref: '#/components/schemas/TagName' },
          title: { $ref: '#/components/schemas/TagTitle' },
          color: { $ref: '#/components/schemas/TagColor' },
          description: { $ref: '#/components/schemas/TagDescription' },
          adminRoles: { $ref: '#/components/schemas/Roles' },
          visitorRoles: { $ref: '#/components/schemas/Roles' },
        },
      },
    },
  },
  paths: {
    '/audit': {
      get: {
        operationId: 'listAudit',
        tags: ['admin'],
        summary:
          'Every change and every refused attempt, newest first; for admins.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          {
            name: 'actor',
            in: 'query',
            allowReserved: true,
            schema: { $ref: '#/components/schemas/Ref' },
          },
          {
            name: 'action',
            in: 'query',
            allowReserved: true,
            description: '`app:delete`',
            schema: {
              type: 'string',
              maxLength: 80,
              pattern: '^[a-z_]+(:[a-z_-]+)?$',
            },
          },
          {
            name: 'resourceId',
            in: 'query',
            allowReserved: true,
            schema: {
              type: 'string',
              maxLength: 255,
              pattern: '^[^\\p{Cc}]+$',
            },
          },
          {
            name: 'result',
            in: 'query',
            schema: { $ref: '#/components/schemas/AuditResult' },
          },
          {
            name: 'since',
            in: 'query',
            allowReserved: true,
            schema: { $ref: '#/components/schemas/Timestamp' },
          },
          {
            name: 'until',
            in: 'query',
            allowReserved: true,
            schema: { $ref: '#/components/schemas/Timestamp' },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AuditPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/recovery': {
      get: {
        operationId: 'getRecovery',
        tags: ['admin'],
        summary:
          'What is newer than the restored backup of the database, and what would become of it; for admins.',
        responses: {
          '200': {
            description: 'What there is to decide.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/RecoveryReport' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'decideRecovery',
        tags: ['admin'],
        summary:
          'Adopts or discards what the plan lists, and lets deletions go on; for admins.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['decision', 'plan'],
                properties: {
                  decision: { $ref: '#/components/schemas/RecoveryDecision' },
                  plan: {
                    type: 'string',
                    description: 'Of the report that was looked at.',
                    maxLength: 64,
                    pattern: '^[0-9a-f]+$',
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'What was adopted or discarded.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/RecoveryReport' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/iam/policies': {
      get: {
        operationId: 'listIamPolicies',
        tags: ['admin'],
        summary: 'The policies laid over the access rules; for admins.',
        responses: {
          '200': {
            description: 'All of them.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/IamPolicies' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      put: {
        operationId: 'importIamPolicies',
        tags: ['admin'],
        summary:
          'Adds policies, or replaces those with the same name; with `replace`, deletes all others.',
        parameters: [
          { $ref: '#/components/parameters/ifMatch' },
          {
            name: 'replace',
            in: 'query',
            schema: { type: 'boolean', default: false },
          },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/IamDocument' },
            },
          },
        },
        responses: {
          '200': {
            description: 'All policies there are now.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/IamPolicies' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/iam/policies/{name}': {
      parameters: [
        {
          name: 'name',
          in: 'path',
          required: true,
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 63,
            pattern: '^\\P{Cc}*$',
          },
        },
      ],
      get: {
        operationId: 'getIamPolicy',
        tags: ['admin'],
        summary: 'One policy.',
        responses: {
          '200': {
            description: 'The policy.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/IamPolicy' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'deleteIamPolicy',
        tags: ['admin'],
        summary: 'Deletes a policy.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases': {
      get: {
        operationId: 'listAliases',
        tags: ['aliases'],
        summary: 'Aliases that the reader sees.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          { $ref: '#/components/parameters/scope' },
          {
            name: 'instanceId',
            in: 'query',
            schema: { type: 'string', maxLength: 64, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'search',
            in: 'query',
            allowReserved: true,
            schema: {
              type: 'string',
              maxLength: 240,
              pattern: '^[^\\p{Cc}]*$',
            },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AliasPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'createAlias',
        tags: ['aliases'],
        summary: 'Makes an alias.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['name'],
                properties: {
                  name: {
                    type: 'string',
                    minLength: 1,
                    maxLength: 255,
                    pattern: '^\\P{Cc}*$',
                  },
                  instanceId: {
                    type: 'string',
                    maxLength: 64,
                    pattern: '^\\P{Cc}*$',
                  },
                  primary: { type: 'boolean', default: false },
                },
              },
            },
          },
        },
        responses: {
          '201': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      get: {
        operationId: 'getAlias',
        tags: ['aliases'],
        summary: 'One alias.',
        responses: {
          '200': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'deleteAlias',
        tags: ['aliases'],
        summary:
          'Deletes an alias; its name rests before anybody but its last owner may take it.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}/assignment': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      put: {
        operationId: 'assignAlias',
        tags: ['aliases'],
        summary:
          'Leads it to an instance; not its primary alias unless said so.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['instanceId'],
                properties: {
                  instanceId: {
                    type: 'string',
                    maxLength: 64,
                    pattern: '^\\P{Cc}*$',
                  },
                  primary: { type: 'boolean', default: false },
                },
              },
            },
          },
        },
        responses: {
          '200': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'unassignAlias',
        tags: ['aliases'],
        summary: 'Leads it nowhere.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        responses: {
          '200': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}/promote': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      post: {
        operationId: 'promoteAlias',
        tags: ['aliases'],
        summary: 'Makes it the address of its instance.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        responses: {
          '200': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}/history': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      get: {
        operationId: 'listAliasHistory',
        tags: ['aliases'],
        summary:
          'What it led to, when, and by whom; newest first. For admins also of one that was deleted.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AliasHistoryPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}/free': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      post: {
        operationId: 'freeAlias',
        tags: ['aliases'],
        summary: 'Ends the rest of the name of a deleted alias; for admins.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/aliases/{id}/undo': {
      parameters: [{ $ref: '#/components/parameters/aliasId' }],
      post: {
        operationId: 'undoAlias',
        tags: ['aliases'],
        summary: 'Brings back what it was before its last change.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        responses: {
          '200': { $ref: '#/components/responses/Alias' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps': {
      get: {
        operationId: 'listApps',
        security: [{ bearer: [] }, {}],
        tags: ['apps'],
        summary: 'Apps that the reader sees.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          { $ref: '#/components/parameters/scope' },
          {
            name: 'search',
            in: 'query',
            allowReserved: true,
            description:
              'Words that name, title, description or keywords hold.',
            schema: {
              type: 'string',
              maxLength: 200,
              pattern: '^[^\\p{Cc}]*$',
            },
          },
          {
            name: 'tag',
            in: 'query',
            allowReserved: true,
            description: 'The name of a tag.',
            schema: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'name',
            in: 'query',
            description: 'Exactly this name, in all its versions.',
            schema: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'owner',
            in: 'query',
            allowReserved: true,
            schema: { $ref: '#/components/schemas/Ref' },
          },
          {
            name: 'visibility',
            in: 'query',
            schema: { $ref: '#/components/schemas/Visibility' },
          },
          {
            name: 'lifecycle',
            in: 'query',
            schema: { $ref: '#/components/schemas/InstanceLifecycle' },
          },
          {
            name: 'runnable',
            in: 'query',
            description:
              'Only apps that can be run here, or only those that cannot (specification 7.1).',
            schema: { type: 'boolean' },
          },
          {
            name: 'newest',
            in: 'query',
            description:
              'One version of each name, the newest that the reader sees.',
            schema: { type: 'boolean' },
          },
          { name: 'liked', in: 'query', schema: { type: 'boolean' } },
          { name: 'pinned', in: 'query', schema: { type: 'boolean' } },
          {
            name: 'orderBy',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['created', 'updated', 'title', 'name'],
              default: 'created',
            },
          },
          {
            name: 'order',
            in: 'query',
            schema: { type: 'string', enum: ['asc', 'desc'] },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AppPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'importApp',
        tags: ['apps'],
        summary: 'Imports a bundle.',
        parameters: [
          {
            name: 'visibility',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['PRIVATE', 'ALL_USERS', 'PUBLIC'],
              default: 'PRIVATE',
            },
          },
          {
            name: 'origin',
            in: 'query',
            description:
              '`marketplace`: an app that resolves APP secrets only (specification 6.6); for admins.',
            schema: {
              type: 'string',
              enum: ['direct', 'marketplace'],
              default: 'direct',
            },
          },
          {
            name: 'image',
            in: 'query',
            allowReserved: true,
            description: 'Instead of `Runtime.CustomImage`.',
            schema: { $ref: '#/components/schemas/ImageReference' },
          },
          {
            name: 'profile',
            in: 'query',
            description: 'The default launch profile.',
            schema: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          { $ref: '#/components/parameters/idempotencyKey' },
        ],
        requestBody: {
          required: true,
          content: {
            'application/zip': { schema: { type: 'string', format: 'binary' } },
            'application/x-zip-compressed': {
              schema: { type: 'string', format: 'binary' },
            },
            'application/octet-stream': {
              schema: { type: 'string', format: 'binary' },
            },
          },
        },
        responses: {
          '201': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/ImportedApp' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getApp',
        security: [{ bearer: [] }, {}],
        tags: ['apps'],
        summary: 'One app version.',
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      patch: {
        operationId: 'updateApp',
        tags: ['apps'],
        summary: 'Changes what may be changed of an app version.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/AppChange' },
            },
          },
        },
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'deleteApp',
        tags: ['apps'],
        summary: 'Deletes an app version that has no instances.',
        parameters: [
          {
            name: 'purgeTerminated',
            in: 'query',
            description:
              'Gives up volumes of terminated instances that could still be restored.',
            schema: { type: 'boolean' },
          },
        ],
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/bundle': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'downloadApp',
        tags: ['apps'],
        summary: 'The bundle itself.',
        responses: {
          '200': {
            description: 'Its bytes.',
            content: {
              'application/zip': {
                schema: { type: 'string', format: 'binary' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/meta': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getAppMeta',
        tags: ['apps'],
        summary: 'A part of the bundle as text.',
        parameters: [
          {
            name: 'part',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['REQUIREMENTS', 'PACKAGES', 'FILES', 'APP'],
              default: 'REQUIREMENTS',
            },
          },
        ],
        responses: {
          '200': {
            description: 'The text.',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/icon': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getAppIcon',
        security: [{ bearer: [] }, {}],
        tags: ['apps'],
        summary: 'The icon.',
        parameters: [
          {
            name: 'v',
            in: 'query',
            description: 'Changes with the picture, for caches.',
            schema: { type: 'string', maxLength: 64, pattern: '^\\P{Cc}*$' },
          },
        ],
        responses: {
          '200': { $ref: '#/components/responses/Picture' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/screenshots/{n}': {
      parameters: [
        { $ref: '#/components/parameters/id' },
        {
          name: 'n',
          in: 'path',
          required: true,
          schema: { type: 'integer', minimum: 0, maximum: 100 },
        },
      ],
      get: {
        operationId: 'getAppScreenshot',
        security: [{ bearer: [] }, {}],
        tags: ['apps'],
        summary: 'A screenshot, counted from 0.',
        parameters: [
          {
            name: 'v',
            in: 'query',
            schema: { type: 'string', maxLength: 64, pattern: '^\\P{Cc}*$' },
          },
        ],
        responses: {
          '200': { $ref: '#/components/responses/Picture' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/preferences': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      patch: {
        operationId: 'setAppPreferences',
        tags: ['apps'],
        summary: 'Likes or pins an app, for the reader alone.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                minProperties: 1,
                properties: {
                  liked: { type: 'boolean' },
                  pinned: { type: 'boolean' },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/preconditions': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'refreshPreconditions',
        tags: ['apps'],
        summary: 'Decides again whether the app can be run here.',
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/starts': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getAppStarts',
        tags: ['apps'],
        summary:
          'How long the last starts of this app took, whoever started them.',
        responses: {
          '200': {
            description: 'Of all its versions.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AppStarts' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/managed-instance': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getManagedInstance',
        security: [{ bearer: [] }, {}],
        tags: ['apps'],
        summary:
          'The newest instance of a managed app that the reader may open (specification 4.3).',
        responses: {
          '200': {
            description: 'Where it is.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/ManagedInstance' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/instances': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'runApp',
        tags: ['apps'],
        summary: 'Starts an instance.',
        parameters: [{ $ref: '#/components/parameters/idempotencyKey' }],
        requestBody: {
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/RunRequest' },
            },
          },
        },
        responses: {
          '201': {
            description: 'The instance.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/AppInstance' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/tags/{tagId}': {
      parameters: [
        { $ref: '#/components/parameters/id' },
        {
          name: 'tagId',
          in: 'path',
          required: true,
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 64,
            pattern: '^\\P{Cc}*$',
          },
        },
      ],
      put: {
        operationId: 'assignTag',
        tags: ['apps'],
        summary: 'Puts a tag on the app version.',
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'removeTag',
        tags: ['apps'],
        summary: 'Takes a tag off the app version.',
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations': {
      get: {
        operationId: 'listDeclarations',
        tags: ['declarations'],
        summary:
          'What is declared in repositories, and how the store stands to it.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          {
            name: 'scope',
            in: 'query',
            description:
              '`visible`: all one may see as a person; `all`: everything, for admins.',
            schema: {
              type: 'string',
              enum: ['visible', 'all'],
              default: 'visible',
            },
          },
          {
            name: 'state',
            in: 'query',
            schema: { $ref: '#/components/schemas/DeclarationState' },
          },
          {
            name: 'kind',
            in: 'query',
            schema: { $ref: '#/components/schemas/DeclarationKind' },
          },
          {
            name: 'entityRef',
            in: 'query',
            allowReserved: true,
            description: 'The declaration of one entity of the catalog.',
            schema: { $ref: '#/components/schemas/Ref' },
          },
          {
            name: 'search',
            in: 'query',
            allowReserved: true,
            description: 'Words in the entity ref.',
            schema: { type: 'string', maxLength: 200, pattern: '^\\P{Cc}*$' },
          },
        ],
        responses: {
          '200': {
            description: 'One page, by entity ref.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/DeclarationPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getDeclaration',
        tags: ['declarations'],
        summary: 'One declaration.',
        responses: {
          '200': { $ref: '#/components/responses/Declaration' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'endDeclaration',
        tags: ['declarations'],
        summary:
          'Ends what is no longer declared, with the rights of the caller.',
        parameters: [
          {
            name: 'keep',
            in: 'query',
            description:
              'Keeps what was declared, and forgets the declaration.',
            schema: { type: 'boolean', default: false },
          },
        ],
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations/{id}/plan': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'planDeclaration',
        tags: ['declarations'],
        summary:
          'What would be done. Of a proposal, with the rights of the caller.',
        responses: {
          '200': {
            description: 'The plan.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/DeclarationPlan' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations/{id}/accept': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'acceptDeclaration',
        tags: ['declarations'],
        summary:
          'Accepts a proposal, which acts for the caller from then on. What is declared otherwise later has to be accepted again.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['digest'],
                properties: {
                  digest: {
                    type: 'string',
                    pattern: '^[0-9a-f]{64}$',
                    description:
                      'Of what is accepted; 412 where it is another one by now.',
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': { $ref: '#/components/responses/Declaration' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations/{id}/apply': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'applyDeclaration',
        tags: ['declarations'],
        summary:
          'Applies a declaration again, also where what is there was changed in the store.',
        responses: {
          '200': { $ref: '#/components/responses/Declaration' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/declarations/files': {
      post: {
        operationId: 'applyDeclarationFiles',
        tags: ['declarations'],
        summary:
          'Applies declarations out of files, with the rights of the caller; or says what that would do.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/DeclarationFiles' },
            },
          },
        },
        responses: {
          '200': {
            description:
              'What was done, or would be, in the order in which it is done.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/DeclarationPlan' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/doctor': {
      get: {
        operationId: 'getDoctor',
        tags: ['admin'],
        summary:
          'What must hold between the store and its cluster, looked at now; for admins.',
        responses: {
          '200': {
            description: 'Each check with what it found.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/DoctorReport' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/doctor/warnings': {
      get: {
        operationId: 'listDoctorWarnings',
        tags: ['admin'],
        summary:
          'What admins have to know on every page; costs next to nothing.',
        responses: {
          '200': {
            description:
              'Checks that do not hold, of those that concern everything.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/DoctorCheck' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/doctor/{check}/repair': {
      post: {
        operationId: 'repairDoctor',
        tags: ['admin'],
        summary:
          'Repairs what a check found, or says what it would repair; for admins.',
        parameters: [
          {
            name: 'check',
            in: 'path',
            required: true,
            schema: {
              type: 'string',
              maxLength: 40,
              pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
            },
          },
          {
            name: 'dryRun',
            in: 'query',
            schema: { type: 'boolean', default: false },
          },
        ],
        responses: {
          '200': {
            description: 'What was repaired, or would be.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/DoctorRepair' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances': {
      get: {
        operationId: 'listInstances',
        tags: ['instances'],
        summary: 'Instances that the reader sees.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          {
            name: 'scope',
            in: 'query',
            description:
              '`mine`, all that one sees as a person (`visible`), or everything, for admins (`all`).',
            schema: {
              type: 'string',
              enum: ['mine', 'visible', 'all'],
              default: 'mine',
            },
          },
          {
            name: 'appId',
            in: 'query',
            schema: { type: 'string', maxLength: 64, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'appName',
            in: 'query',
            schema: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'owner',
            in: 'query',
            allowReserved: true,
            schema: { $ref: '#/components/schemas/Ref' },
          },
          {
            name: 'status',
            in: 'query',
            schema: { $ref: '#/components/schemas/InstanceStatus' },
          },
          {
            name: 'search',
            in: 'query',
            allowReserved: true,
            description: "Words of the app's name or title.",
            schema: {
              type: 'string',
              maxLength: 200,
              pattern: '^[^\\p{Cc}]*$',
            },
          },
          {
            name: 'terminated',
            in: 'query',
            description:
              'Instead, terminated instances that can still be restored.',
            schema: { type: 'boolean' },
          },
          {
            name: 'orderBy',
            in: 'query',
            schema: {
              type: 'string',
              enum: ['created', 'updated'],
              default: 'created',
            },
          },
          {
            name: 'order',
            in: 'query',
            schema: { type: 'string', enum: ['asc', 'desc'] },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/InstancePage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/stream': {
      get: {
        operationId: 'watchInstances',
        tags: ['instances'],
        summary:
          "One's instances now and whenever they change, as server-sent events.",
        responses: {
          '200': { $ref: '#/components/responses/EventStream' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getInstance',
        tags: ['instances'],
        summary: 'One instance.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      patch: {
        operationId: 'updateInstance',
        tags: ['instances'],
        summary: 'Changes who may open it, at once.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['visibility'],
                properties: {
                  visibility: { $ref: '#/components/schemas/Visibility' },
                },
              },
            },
          },
        },
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'terminateInstance',
        tags: ['instances'],
        summary: 'Ends it; its volume is kept for a while and can be restored.',
        parameters: [
          {
            name: 'purge',
            in: 'query',
            description: 'Its volume goes at once.',
            schema: { type: 'boolean' },
          },
        ],
        responses: {
          '202': { description: 'It is being ended.' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/stream': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'watchInstance',
        tags: ['instances'],
        summary:
          'One instance now and whenever it changes, as server-sent events.',
        responses: {
          '200': { $ref: '#/components/responses/EventStream' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/suspend': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'suspendInstance',
        tags: ['instances'],
        summary: 'Removes its pod; its volume stays.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/resume': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'resumeInstance',
        tags: ['instances'],
        summary: 'Starts it again, with its volume.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/empty-volume': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'startWithEmptyVolume',
        tags: ['instances'],
        summary:
          'Starts an instance whose volume is lost (`VOLUME_LOST`) with an empty one.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/restore': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'restoreInstance',
        tags: ['instances'],
        summary:
          'Takes a terminated instance back, suspended, with its volume and its aliases.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/extend': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'extendInstance',
        tags: ['instances'],
        summary:
          "Puts its suspension off, once for each start, within the admin's cap.",
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/disable-autosuspend': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'disableAutosuspend',
        tags: ['instances'],
        summary: 'Lets it run until somebody suspends it; for admins.',
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/redeploy': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'redeployInstance',
        tags: ['instances'],
        summary:
          "Renders it again with the store's present configuration; for admins.",
        responses: {
          '200': { $ref: '#/components/responses/Instance' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/status': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getInstanceStatus',
        tags: ['instances'],
        summary: 'What the cluster says of its pod.',
        responses: {
          '200': {
            description: 'The status.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/PodStatus' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/events': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'listInstanceEvents',
        tags: ['instances'],
        summary: 'Events of the cluster about it, newest first.',
        responses: {
          '200': {
            description: 'The events.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/InstanceEvent' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/launch': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getLaunchReceipt',
        tags: ['instances'],
        summary:
          'What the last launch took, step by step, beside what launches of this app usually take.',
        responses: {
          '200': {
            description:
              'The receipt; of a launch under way as far as it has come.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/LaunchReceipt' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/instances/{id}/logs': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getInstanceLogs',
        tags: ['instances'],
        summary:
          'The output of a container; a stream where `follow` is set. As text, or, where that is accepted, as events: `line` (a JSON string) and `end`. Of an instance that was terminated less than a day ago its last lines, for its owner and admins; the header X-Instance-Ended says when.',
        parameters: [
          {
            name: 'container',
            in: 'query',
            description:
              '`app` (default), or `prepare`, which fetches the bundle and installs what it depends on; `bundle` and `dependencies` of instances that were started before there was one for both.',
            schema: { type: 'string', maxLength: 63, pattern: '^\\P{Cc}*$' },
          },
          {
            name: 'previous',
            in: 'query',
            description: 'The process before the one that runs now.',
            schema: { type: 'boolean' },
          },
          { name: 'follow', in: 'query', schema: { type: 'boolean' } },
          {
            name: 'tail',
            in: 'query',
            description: 'The last so many lines.',
            schema: { type: 'integer', minimum: 0, maximum: 100000 },
          },
        ],
        responses: {
          '200': {
            description: 'Lines of text, or an event for each.',
            content: {
              'text/plain': { schema: { type: 'string' } },
              'text/event-stream': { schema: { type: 'string' } },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/gateway/routes': {
      get: {
        operationId: 'watchRoutes',
        security: [{ gateway: [] }],
        tags: ['internal'],
        summary: 'The route table as a stream; for the gateway.',
        responses: {
          '200': {
            description:
              'Events `snapshot`, `route`, `gone`, `alias`, `alias-gone`, `access` where whatever was decided of instances may be decided otherwise, and `hash` of the whole table now and then. Whoever comes back sends `Last-Event-ID`, and gets what changed since instead of a snapshot where that is still known.',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/gateway/key-secret': {
      get: {
        operationId: 'getKeySecret',
        security: [{ gateway: [] }],
        tags: ['internal'],
        summary:
          "What seals the gateway's keys where the operator gives nothing; for the gateway.",
        responses: {
          '200': {
            description:
              'The cluster keeps it; it is the same for all gateways.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['secret'],
                  properties: { secret: { type: 'string' } },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/gateway/admission': {
      post: {
        operationId: 'decideAdmission',
        security: [{ gateway: [] }],
        tags: ['internal'],
        summary: 'Whether somebody may open an instance; for the gateway.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['instanceId'],
                properties: {
                  instanceId: {
                    type: 'string',
                    maxLength: 64,
                    pattern: '^\\P{Cc}*$',
                  },
                  userEntityRef: { $ref: '#/components/schemas/Ref' },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The decision.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Admission' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/gateway/first-bytes': {
      post: {
        operationId: 'noteFirstBytes',
        security: [{ gateway: [] }],
        tags: ['internal'],
        summary:
          'Which instances answered a visitor for the first time since they were launched; for the gateway.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['items'],
                properties: {
                  items: {
                    type: 'array',
                    maxItems: 1000,
                    items: {
                      type: 'object',
                      additionalProperties: false,
                      required: ['instanceId', 'agoMs'],
                      properties: {
                        instanceId: {
                          type: 'string',
                          maxLength: 64,
                          pattern: '^\\P{Cc}*$',
                        },
                        agoMs: {
                          type: 'integer',
                          minimum: 0,
                          description:
                            "By the gateway's clock, when it sends this.",
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/instances/{id}/stage': {
      parameters: [
        { $ref: '#/components/parameters/id' },
        {
          name: 'stage',
          in: 'query',
          required: true,
          schema: { type: 'string', enum: ['dependencies'] },
        },
      ],
      put: {
        operationId: 'putInstanceStage',
        security: [{ pod: [] }],
        tags: ['internal'],
        summary:
          'The stage at which a launch is by now; for the pod of the instance.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/instances/{id}/content': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      get: {
        operationId: 'getInstanceContent',
        security: [{ pod: [] }],
        tags: ['internal'],
        summary: 'The content of the bundle; for the pod of the instance.',
        responses: {
          '200': {
            description: 'A tar archive.',
            content: {
              'application/x-tar': {
                schema: { type: 'string', format: 'binary' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/instances/{id}/environment': {
      parameters: [
        { $ref: '#/components/parameters/id' },
        {
          name: 'runtime',
          in: 'query',
          allowReserved: true,
          required: true,
          description: 'What the pod says of its interpreter.',
          schema: { type: 'string', pattern: '^[A-Za-z0-9._+-]{1,200}$' },
        },
      ],
      get: {
        operationId: 'getInstanceEnvironment',
        security: [{ pod: [] }],
        tags: ['internal'],
        summary:
          'The environment that an earlier start made; for the pod of the instance.',
        responses: {
          '200': {
            description: 'A tar archive.',
            content: {
              'application/x-tar': {
                schema: { type: 'string', format: 'binary' },
              },
            },
          },
          '404': { description: 'None is kept.' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      put: {
        operationId: 'putInstanceEnvironment',
        security: [{ pod: [] }],
        tags: ['internal'],
        summary: 'Hands an environment in; for the pod of the instance.',
        parameters: [
          {
            name: 'x-environment-digest',
            in: 'header',
            required: true,
            schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
          },
          {
            name: 'x-environment-replaces',
            in: 'header',
            schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
          },
        ],
        requestBody: {
          content: {
            'application/x-tar': {
              schema: { type: 'string', format: 'binary' },
            },
            'application/octet-stream': {
              schema: { type: 'string', format: 'binary' },
            },
          },
        },
        responses: {
          '200': { description: 'Not wanted.' },
          '201': { description: 'Kept.' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/people': {
      put: {
        operationId: 'putPerson',
        security: [{ signIn: [] }],
        tags: ['internal'],
        summary:
          "What the portal's sign-in says of a person; for the auth plugin.",
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/SignIn' },
            },
          },
        },
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/catalog/apps': {
      get: {
        operationId: 'listCatalogApps',
        security: [{ index: [] }],
        tags: ['internal'],
        summary:
          'The app versions that the catalog may hold; for the catalog and search plugins.',
        parameters: [
          {
            name: 'limit',
            in: 'query',
            schema: {
              type: 'integer',
              minimum: 1,
              maximum: 1000,
              default: 1000,
            },
          },
          { $ref: '#/components/parameters/cursor' },
          {
            name: 'name',
            in: 'query',
            description: 'All versions of one name.',
            schema: {
              type: 'string',
              minLength: 1,
              maxLength: 63,
              pattern: '^[^\\p{Cc}]+$',
            },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CatalogAppPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/catalog/tags': {
      get: {
        operationId: 'listCatalogTags',
        security: [{ index: [] }],
        tags: ['internal'],
        summary:
          'The tags that the catalog may hold; for the catalog and search plugins.',
        responses: {
          '200': {
            description: 'All of them.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/CatalogTag' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/catalog/texts': {
      post: {
        operationId: 'listCatalogTexts',
        security: [{ index: [] }],
        tags: ['internal'],
        summary:
          'The long descriptions of app versions that the catalog may hold; for the catalog and search plugins.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['ids'],
                properties: {
                  ids: {
                    type: 'array',
                    maxItems: 500,
                    items: {
                      type: 'string',
                      minLength: 1,
                      maxLength: 64,
                      pattern: '^\\P{Cc}*$',
                    },
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'Of those that the catalog may hold.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/CatalogText' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/internal/catalog/readers': {
      post: {
        operationId: 'readCatalogAs',
        security: [{ permission: [] }],
        tags: ['internal'],
        summary:
          'What of the catalog a person may read; for the permission plugin.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['userEntityRef'],
                properties: {
                  userEntityRef: { $ref: '#/components/schemas/Ref' },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'What they may read.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/CatalogReader' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/login/device': {
      post: {
        operationId: 'beginLogin',
        tags: ['login'],
        summary: 'Begins the sign-in of a command line (RFC 8628).',
        security: [],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['client'],
                properties: { client: { $ref: '#/components/schemas/Label' } },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'What to show and what to ask with.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/BegunLogin' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/login/token': {
      post: {
        operationId: 'finishLogin',
        tags: ['login'],
        summary: 'Asks whether a person has confirmed the sign-in.',
        security: [],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['deviceCode'],
                properties: {
                  deviceCode: {
                    type: 'string',
                    minLength: 20,
                    maxLength: 100,
                    pattern: '^\\P{Cc}*$',
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The token.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/LoginAnswer' },
              },
            },
          },
          '202': {
            description: 'Not yet.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/LoginAnswer' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/login/requests/{code}': {
      parameters: [
        {
          name: 'code',
          in: 'path',
          required: true,
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 64,
            pattern: '^\\P{Cc}*$',
          },
        },
      ],
      get: {
        operationId: 'getLoginRequest',
        tags: ['login'],
        summary: 'A sign-in that waits to be confirmed.',
        responses: {
          '200': {
            description: 'The sign-in.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/LoginRequest' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'answerLogin',
        tags: ['login'],
        summary: 'Confirms or denies a sign-in.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['allow'],
                properties: { allow: { type: 'boolean' } },
              },
            },
          },
        },
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/tokens': {
      get: {
        operationId: 'listTokens',
        tags: ['login'],
        summary: "One's access tokens; never a token itself.",
        responses: {
          '200': {
            description: 'All of them.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/AccessToken' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'createToken',
        tags: ['login'],
        summary: 'Makes an access token; its text is in this answer only.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['name'],
                properties: {
                  name: { $ref: '#/components/schemas/Label' },
                  kind: {
                    type: 'string',
                    enum: ['login', 'machine'],
                    default: 'machine',
                  },
                  days: {
                    type: 'integer',
                    minimum: 1,
                    maximum: 366,
                    default: 90,
                  },
                },
              },
            },
          },
        },
        responses: {
          '201': {
            description: 'The token.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/NewAccessToken' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/tokens/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      delete: {
        operationId: 'revokeToken',
        tags: ['login'],
        summary:
          'Ends an access token; `current` for the one that the request came with.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/apps/{id}/offer': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      put: {
        operationId: 'offerApp',
        tags: ['apps'],
        summary:
          'Offers the app version to somebody with full access, who owns it once they accept; in place of an earlier offer. An admin who names themselves owns it at once.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['owner'],
                properties: {
                  owner: { $ref: '#/components/schemas/Ref' },
                  allVersions: {
                    type: 'boolean',
                    description:
                      'All versions of the name that the current owner has now, and the name of the app.',
                    default: false,
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': {
            description: 'The app.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/App' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'withdrawOffer',
        tags: ['apps'],
        summary: 'Withdraws the offer that the app version is part of.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/offers': {
      get: {
        operationId: 'listOffers',
        tags: ['apps'],
        summary: 'Offers of apps that still hold, the newest 200.',
        parameters: [
          {
            name: 'scope',
            in: 'query',
            description:
              "`received`: made to the reader; `made`: of the reader's apps, or made by the reader; `all`: everybody's, for admins.",
            schema: {
              type: 'string',
              enum: ['received', 'made', 'all'],
              default: 'received',
            },
          },
        ],
        responses: {
          '200': {
            description: 'The offers.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/Offer' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/offers/{id}/accept': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'acceptOffer',
        tags: ['apps'],
        summary:
          'Makes the reader the owner of what was offered to them; what names secrets is PRIVATE afterwards.',
        responses: {
          '200': {
            description: 'The apps.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/App' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/offers/{id}/decline': {
      parameters: [{ $ref: '#/components/parameters/id' }],
      post: {
        operationId: 'declineOffer',
        tags: ['apps'],
        summary: 'Turns an offer to the reader down.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/secrets': {
      get: {
        operationId: 'listSecrets',
        tags: ['secrets'],
        summary: 'Secrets that the reader sees, without their values.',
        parameters: [
          { $ref: '#/components/parameters/limit' },
          { $ref: '#/components/parameters/cursor' },
          {
            name: 'visibility',
            in: 'query',
            description: 'Absent for all that one sees.',
            schema: { $ref: '#/components/schemas/SecretVisibility' },
          },
          {
            name: 'search',
            in: 'query',
            allowReserved: true,
            schema: { type: 'string', maxLength: 63, pattern: '^[^\\p{Cc}]*$' },
          },
        ],
        responses: {
          '200': {
            description: 'One page.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/SecretPage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/secrets/{name}': {
      parameters: [
        { $ref: '#/components/parameters/secretName' },
        { $ref: '#/components/parameters/secretVisibility' },
        { $ref: '#/components/parameters/secretParent' },
      ],
      get: {
        operationId: 'getSecret',
        tags: ['secrets'],
        summary: 'A secret, without its values.',
        responses: {
          '200': { $ref: '#/components/responses/Secret' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      put: {
        operationId: 'putSecret',
        tags: ['secrets'],
        summary: 'Makes a secret, or replaces its whole key set.',
        parameters: [
          { $ref: '#/components/parameters/ifMatch' },
          {
            name: 'if-none-match',
            in: 'header',
            description: '`*`: only where it is not there yet; 412 otherwise.',
            schema: { type: 'string', enum: ['*'] },
          },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                required: ['data'],
                properties: {
                  data: {
                    type: 'object',
                    description: 'Values by key.',
                    minProperties: 1,
                    maxProperties: 500,
                    additionalProperties: {
                      type: 'string',
                      maxLength: 1048576,
                    },
                  },
                  encoding: {
                    type: 'string',
                    description: '`base64` for values that are no text.',
                    enum: ['utf8', 'base64'],
                    default: 'utf8',
                  },
                },
              },
            },
          },
        },
        responses: {
          '200': { $ref: '#/components/responses/Secret' },
          '201': { $ref: '#/components/responses/Secret' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'deleteSecret',
        tags: ['secrets'],
        summary: 'Deletes a secret that no app needs.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/secrets/{name}/values': {
      parameters: [
        { $ref: '#/components/parameters/secretName' },
        { $ref: '#/components/parameters/secretVisibility' },
        { $ref: '#/components/parameters/secretParent' },
      ],
      post: {
        operationId: 'revealSecret',
        tags: ['secrets'],
        summary: 'The values themselves; each time is audited.',
        responses: {
          '200': {
            description: 'The values by key, base64.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['data'],
                  properties: {
                    data: {
                      type: 'object',
                      additionalProperties: { type: 'string' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/secrets/{name}/usage': {
      parameters: [
        { $ref: '#/components/parameters/secretName' },
        { $ref: '#/components/parameters/secretVisibility' },
        { $ref: '#/components/parameters/secretParent' },
      ],
      get: {
        operationId: 'getSecretUsage',
        tags: ['secrets'],
        summary:
          'Apps that use it, and instances that run with an older value.',
        responses: {
          '200': {
            description: 'The usage.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/SecretUsage' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/me': {
      get: {
        operationId: 'getMe',
        tags: ['store'],
        summary: 'The reader.',
        responses: {
          '200': {
            description: 'The reader.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Me' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/store': {
      get: {
        operationId: 'getStore',
        security: [{ bearer: [] }, {}],
        tags: ['store'],
        summary: 'What the store is set to.',
        responses: {
          '200': {
            description: 'What the store is set to.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/StoreInfo' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/openapi.json': {
      get: {
        operationId: 'getDocument',
        tags: ['store'],
        summary: 'This document.',
        responses: {
          '200': {
            description: 'The document, OpenAPI 3.0.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['openapi', 'paths'],
                  properties: {
                    openapi: { type: 'string' },
                    paths: { type: 'object' },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/runtime-versions': {
      get: {
        operationId: 'listRuntimeVersions',
        tags: ['store'],
        summary: 'The runtime versions that apps may name.',
        responses: {
          '200': {
            description: 'All of them.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/RuntimeVersion' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/launch-profiles': {
      get: {
        operationId: 'listLaunchProfiles',
        tags: ['store'],
        summary: 'The launch profiles that an instance may be run with.',
        responses: {
          '200': {
            description: 'All of them.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/LaunchProfile' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/explain': {
      get: {
        operationId: 'explain',
        tags: ['store'],
        summary: 'Why somebody may or may not do something.',
        parameters: [
          {
            name: 'kind',
            in: 'query',
            required: true,
            schema: {
              type: 'string',
              enum: ['app', 'instance', 'tag', 'secret', 'alias', 'platform'],
            },
          },
          {
            name: 'action',
            in: 'query',
            allowReserved: true,
            required: true,
            schema: { type: 'string', pattern: '^[a-z_]{1,40}$' },
          },
          {
            name: 'resource',
            in: 'query',
            allowReserved: true,
            description:
              'Id, or the name of an alias, tag or secret (`app:<app name>/<name>` of an APP secret); nothing for `platform`.',
            schema: {
              type: 'string',
              minLength: 1,
              maxLength: 255,
              pattern: '^[^\\p{Cc}]+$',
            },
          },
          {
            name: 'person',
            in: 'query',
            allowReserved: true,
            description:
              'Somebody else, for admins; `anonymous` for somebody not signed in.',
            schema: { $ref: '#/components/schemas/Ref' },
          },
        ],
        responses: {
          '200': {
            description: 'The decision.',
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Explanation' },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/tags': {
      get: {
        operationId: 'listTags',
        tags: ['tags'],
        summary: 'All tags.',
        responses: {
          '200': {
            description: 'All of them, by title.',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: {
                      type: 'array',
                      items: { $ref: '#/components/schemas/Tag' },
                    },
                  },
                },
              },
            },
          },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      post: {
        operationId: 'createTag',
        tags: ['tags'],
        summary: 'Makes a tag; for admins.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/NewTag' },
            },
          },
        },
        responses: {
          '201': { $ref: '#/components/responses/Tag' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
    '/tags/{id}': {
      parameters: [
        {
          name: 'id',
          in: 'path',
          required: true,
          description: 'Id or name.',
          schema: {
            type: 'string',
            minLength: 1,
            maxLength: 64,
            pattern: '^\\P{Cc}*$',
          },
        },
      ],
      get: {
        operationId: 'getTag',
        tags: ['tags'],
        summary: 'One tag.',
        responses: {
          '200': { $ref: '#/components/responses/Tag' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      patch: {
        operationId: 'updateTag',
        tags: ['tags'],
        summary: 'Changes a tag.',
        parameters: [{ $ref: '#/components/parameters/ifMatch' }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/TagChange' },
            },
          },
        },
        responses: {
          '200': { $ref: '#/components/responses/Tag' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
      delete: {
        operationId: 'deleteTag',
        tags: ['tags'],
        summary: 'Deletes a tag and takes it off all apps; for admins.',
        responses: {
          '204': { $ref: '#/components/responses/NoContent' },
          default: { $ref: '#/components/responses/Problem' },
        },
      },
    },
  },
};
