/** REST: tags, secrets and aliases. */
import type { Request } from 'express';
import type { SecretIdentity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { CallerOf } from '../identity/Callers';
import type { AliasService } from '../service/AliasService';
import type { SecretService } from '../service/SecretService';
import type { TagService } from '../service/TagService';
import type { HandlersOf } from './operations';
import { revisionOf, setEtag } from './preconditions';

export function tagHandlers(options: {
  tags: TagService;
  callerOf: CallerOf;
}): HandlersOf<
  'listTags' | 'createTag' | 'getTag' | 'updateTag' | 'deleteTag'
> {
  const { tags, callerOf } = options;
  return {
    async listTags(request, response) {
      response.json({ items: await tags.list(await callerOf(request)) });
    },
    async createTag(request, response) {
      const tag = await tags.create(await callerOf(request), request.body);
      setEtag(response, tag.revision).status(201).json(tag);
    },
    async getTag(request, response) {
      const tag = await tags.get(await callerOf(request), request.params.id);
      setEtag(response, tag.revision).json(tag);
    },
    async updateTag(request, response) {
      const tag = await tags.update(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      setEtag(response, tag.revision).json(tag);
    },
    async deleteTag(request, response) {
      await tags.delete(await callerOf(request), request.params.id);
      response.status(204).end();
    },
  };
}

function identityOf(request: {
  params: { name: string };
  query: Omit<SecretIdentity, 'name'>;
}): SecretIdentity {
  return { name: request.params.name, ...request.query };
}

export function secretHandlers(options: {
  secrets: SecretService;
  callerOf: CallerOf;
}): HandlersOf<
  | 'listSecrets'
  | 'getSecret'
  | 'putSecret'
  | 'deleteSecret'
  | 'revealSecret'
  | 'getSecretUsage'
> {
  const { secrets, callerOf } = options;
  return {
    async listSecrets(request, response) {
      response.json(await secrets.list(await callerOf(request), request.query));
    },
    async getSecret(request, response) {
      const secret = await secrets.get(
        await callerOf(request),
        identityOf(request),
      );
      setEtag(response, secret.revision).json(secret);
    },
    async putSecret(request, response) {
      const { secret, created } = await secrets.put(
        await callerOf(request),
        identityOf(request),
        {
          data: request.body.data,
          encoding: request.body.encoding,
          revision: revisionOf(request),
          create: request.headers['if-none-match'] === '*',
        },
      );
      setEtag(response, secret.revision)
        .status(created ? 201 : 200)
        .json(secret);
    },
    async deleteSecret(request, response) {
      await secrets.delete(await callerOf(request), identityOf(request));
      response.status(204).end();
    },
    async revealSecret(request, response) {
      const data = await secrets.reveal(
        await callerOf(request),
        identityOf(request),
      );
      response.set('cache-control', 'no-store').json({ data });
    },
    async getSecretUsage(request, response) {
      response.json(
        await secrets.usage(await callerOf(request), identityOf(request)),
      );
    },
  };
}

export function aliasHandlers(options: {
  aliases: AliasService;
  callerOf: CallerOf;
}): HandlersOf<
  | 'listAliases'
  | 'createAlias'
  | 'getAlias'
  | 'deleteAlias'
  | 'assignAlias'
  | 'unassignAlias'
  | 'promoteAlias'
  | 'listAliasHistory'
  | 'undoAlias'
> {
  const { aliases, callerOf } = options;
  const who = (request: Pick<Request, 'headers' | 'ip'>) => callerOf(request);
  return {
    async listAliases(request, response) {
      response.json(await aliases.list(await who(request), request.query));
    },
    async createAlias(request, response) {
      const alias = await aliases.create(await who(request), request.body);
      setEtag(response, alias.revision).status(201).json(alias);
    },
    async getAlias(request, response) {
      const alias = await aliases.get(await who(request), request.params.id);
      setEtag(response, alias.revision).json(alias);
    },
    async deleteAlias(request, response) {
      await aliases.delete(await who(request), request.params.id);
      response.status(204).end();
    },
    async assignAlias(request, response) {
      const alias = await aliases.assign(
        await who(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      setEtag(response, alias.revision).json(alias);
    },
    async unassignAlias(request, response) {
      const alias = await aliases.unassign(
        await who(request),
        request.params.id,
        revisionOf(request),
      );
      setEtag(response, alias.revision).json(alias);
    },
    async promoteAlias(request, response) {
      const alias = await aliases.promote(
        await who(request),
        request.params.id,
        revisionOf(request),
      );
      setEtag(response, alias.revision).json(alias);
    },
    async listAliasHistory(request, response) {
      response.json(
        await aliases.history(
          await who(request),
          request.params.id,
          request.query,
        ),
      );
    },
    async undoAlias(request, response) {
      const alias = await aliases.undo(
        await who(request),
        request.params.id,
        revisionOf(request),
      );
      setEtag(response, alias.revision).json(alias);
    },
  };
}
