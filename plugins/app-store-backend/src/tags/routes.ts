/** REST: tags. */
import type { CallerOf } from '../auth/Callers';
import type { TagService } from './TagService';
import type { HandlersOf } from '../http/operations';
import { revisionOf, sendRevision } from '../http/revisions';

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
      sendRevision(response, tag, 201);
    },
    async getTag(request, response) {
      const tag = await tags.get(await callerOf(request), request.params.id);
      sendRevision(response, tag);
    },
    async updateTag(request, response) {
      const tag = await tags.update(
        await callerOf(request),
        request.params.id,
        request.body,
        revisionOf(request),
      );
      sendRevision(response, tag);
    },
    async deleteTag(request, response) {
      await tags.delete(await callerOf(request), request.params.id);
      response.status(204).end();
    },
  };
}
