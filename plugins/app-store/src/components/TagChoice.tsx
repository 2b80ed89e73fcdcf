import type { Tag } from '@ai-app-store/backstage-plugin-app-store-common';
import { Checkbox, CheckboxGroup } from '@backstage/ui';
import { KIND_ORDER, TAG_KINDS } from '../words';

/** Tags to choose from, by their kinds; those that the reader may not assign stay as they are. */
export function TagChoice(props: {
  tags: Tag[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}) {
  const { tags, chosen, onChange } = props;
  return (
    <>
      {KIND_ORDER.map(kind => {
        const names = (list: string[]) =>
          list.filter(
            name => tags.find(tag => tag.name === name)?.kind === kind,
          );
        const offered = tags.filter(
          tag =>
            tag.kind === kind && (tag.can.assign || chosen.includes(tag.name)),
        );
        if (!offered.length) return null;
        return (
          <CheckboxGroup
            key={kind}
            label={TAG_KINDS[kind].many}
            description={TAG_KINDS[kind].use}
            value={names(chosen)}
            onChange={ofKind =>
              onChange([
                ...chosen.filter(name => !names(chosen).includes(name)),
                ...ofKind,
              ])
            }
          >
            {offered.map(tag => (
              <Checkbox
                key={tag.id}
                value={tag.name}
                isDisabled={!tag.can.assign}
              >
                {tag.title}
              </Checkbox>
            ))}
          </CheckboxGroup>
        );
      })}
    </>
  );
}
