/** What an app asks of the store that it is imported into: runtimes, resources, secrets, tags. */
import { BundleError } from '@ai-app-store/bundle';
import {
  locate,
  type AppManifest,
  type Issue,
  type Position,
  type TomlIssue,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../../config/StoreConfig';
import type { AppOrigin, AppSecretRow } from '../AppRepository';
import type { SecretRepository } from '../../secrets/SecretRepository';
import { secretUser } from '../Preconditions';
import type { Runtimes } from '../Runtimes';

/** Where an `[[Env]]` or `[[File]]` names a secret. */
function locateSecret(
  source: string,
  table: 'Env' | 'File',
  name: string,
): Position | undefined {
  const lines = source.split('\n');
  for (let index = 0; ; index++) {
    const place = locate(source, table, 'Secret', index);
    if (!place) return undefined;
    const line = lines[place.line - 1];
    if ([`"${name}"`, `'${name}'`].some(value => line.includes(value)))
      return place;
  }
}

/** What is said of tags that an `app.toml` names and the app does not get. */
export function tagWarnings(
  skipped: string[],
  known: string[],
  source: string,
): Issue[] {
  const warn = (code: string, names: string[], why: string, remedy: string) =>
    names.length
      ? [
          {
            severity: 'warning' as const,
            code,
            path: 'App.Tags',
            ...locate(source, 'App', 'Tags'),
            message: `App.Tags names ${names.join(
              ', ',
            )}, which ${why} and is skipped`,
            remedy,
          },
        ]
      : [];
  return [
    ...warn(
      'UNKNOWN_TAG',
      skipped.filter(name => !known.includes(name)),
      'this store does not have',
      'Ask an admin to create the tag, then assign it.',
    ),
    ...warn(
      'TAG_NOT_YOURS',
      skipped.filter(name => known.includes(name)),
      'you are not allowed to assign',
      'Ask somebody who is allowed to assign it.',
    ),
  ];
}

/** @param key - what a secret that is there has not got */
function missingSecret(
  owner: { origin: AppOrigin; name: string },
  name: string,
  key: string | undefined,
): string {
  if (key) return `the secret ${name} has no key ${key}`;
  return owner.origin === 'marketplace'
    ? `there is no APP secret ${name} of app:${owner.name}, which the app needs`
    : `you have no secret ${name}, which the app needs`;
}

/** Each check throws a BundleError with the places in `app.toml`. */
export class ImportChecks {
  readonly #o: {
    config: StoreConfig;
    runtimes: Runtimes;
    secrets: SecretRepository;
  };

  constructor(options: {
    config: StoreConfig;
    runtimes: Runtimes;
    secrets: SecretRepository;
  }) {
    this.#o = options;
  }

  /**
   * A runtime version that is named must be there (specification 6.2); that there is none for
   * the mode is a precondition only, since an admin may add one.
   */
  runtime(manifest: AppManifest, source: string): void {
    const { runtimes, config } = this.#o;
    const { runtimeVersion, mode } = manifest.runtime;
    if (manifest.lifecycle === 'LINK') return;
    const refuse = (
      code: string,
      key: string,
      message: string,
      remedy: string,
    ) => {
      const path = `Runtime.${key}`;
      const place = locate(source, 'Runtime', key);
      throw new BundleError({
        code,
        message,
        remedy,
        issues: [{ severity: 'error', path, message, remedy, ...place }],
      });
    };
    const version = runtimes.find(manifest);
    if (runtimeVersion && !version) {
      const names = runtimes.namesOf(mode);
      refuse(
        'UNKNOWN_RUNTIME',
        'RuntimeVersion',
        `Runtime.RuntimeVersion ${JSON.stringify(
          runtimeVersion,
        )} is not a runtime version of this store for ${mode} apps`,
        names.length
          ? `Choose one of ${names.join(', ')}, or leave it out.`
          : 'Ask an admin to add it to appStore.runtimes.',
      );
    }
    if (!runtimeVersion && config.requireRuntimeVersion && mode !== 'container')
      refuse(
        'RUNTIME_REQUIRED',
        'RuntimeVersion',
        'Runtime.RuntimeVersion is missing, and this store requires it',
        `Choose one of ${runtimes.namesOf(mode).join(', ')}.`,
      );
    if (version?.deprecated)
      refuse(
        'RUNTIME_DEPRECATED',
        'RuntimeVersion',
        `the runtime version ${version.name} is deprecated`,
        'Choose another Runtime.RuntimeVersion.',
      );
    const refused = runtimes.refusedImage(manifest);
    if (refused)
      refuse(
        'IMAGE_NOT_ALLOWED',
        'CustomImage',
        `Runtime.CustomImage ${JSON.stringify(
          refused,
        )} is not an image that this store allows`,
        'Choose an image that matches appStore.allowedCustomImages, or ask an admin to allow this one.',
      );
  }

  /** Where the store wants every app to say what it needs (specification 6.2). */
  resources(manifest: AppManifest, source: string): void {
    const { config } = this.#o;
    if (!config.requireResources || manifest.lifecycle === 'LINK') return;
    const { runtime } = manifest;
    const missing = [
      ['MemoryLimit', runtime.memoryLimit],
      ['MemoryReservation', runtime.memoryReservation],
      ['CPULimit', runtime.cpuLimit],
      ['CPUReservation', runtime.cpuReservation],
    ].flatMap(([key, value]) => (value ? [] : [key as string]));
    if (!missing.length) return;
    const place = locate(source, 'Runtime', 'Module');
    const remedy = `Add ${missing.join(', ')} to [Runtime].`;
    const message = `Runtime.${missing[0]} is missing, and this store requires it`;
    throw new BundleError({
      code: 'RESOURCES_REQUIRED',
      message,
      remedy,
      issues: missing.map(key => ({
        severity: 'error',
        path: `Runtime.${key}`,
        message: `Runtime.${key} is missing, and this store requires it`,
        remedy: `Add ${key} to [Runtime].`,
        ...place,
      })),
    });
  }

  /** What the app names of secrets, with what it needs resolved. */
  async secrets(
    owner: { ownerRef: string; origin: AppOrigin; name: string },
    manifest: AppManifest,
    source: string,
  ): Promise<AppSecretRow[]> {
    const entries = [
      ...manifest.env.map(entry => ['Env', entry] as const),
      ...manifest.files.map(entry => ['File', entry] as const),
    ].filter(([, entry]) => entry.secret);
    const found = await this.#o.secrets.resolve(secretUser(owner), [
      ...new Set(entries.map(([, entry]) => entry.secret!)),
    ]);
    const missing = new Map<string, TomlIssue>();
    const rows = new Map<string, AppSecretRow>();
    for (const [table, { secret, secretKey, optional }] of entries) {
      const name = secret!;
      const key = secretKey!;
      const id = `${name}/${key}`;
      const record = found.get(name);
      // What is needed in one place is needed.
      const needed = !optional || rows.get(id)?.optional === false;
      rows.set(id, {
        name,
        key,
        optional: !needed,
        secretId: needed ? record?.id : undefined,
      });
      if (optional || record?.keys.includes(key)) continue;
      missing.set(id, {
        severity: 'error',
        path: `${table}.Secret`,
        ...locateSecret(source, table, name),
        message: missingSecret(owner, name, record && key),
        remedy: `Create the secret ${name} with the key ${key} first, or set Optional = true.`,
      });
    }
    const [first] = missing.values();
    if (first)
      throw new BundleError({
        code: 'SECRET_MISSING',
        message: `${first.message}${
          missing.size > 1 ? `, and ${missing.size - 1} more` : ''
        }`,
        remedy: first.remedy,
        issues: [...missing.values()],
      });
    return [...rows.values()];
  }
}
