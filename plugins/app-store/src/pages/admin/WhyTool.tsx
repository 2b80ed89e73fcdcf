import { useApi } from '@backstage/frontend-plugin-api';
import {
  ACTIONS,
  type Explanation,
  type ResourceKind,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Alert, Button, Select, Text, TextField } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { appStoreApiRef } from '../../api';
import { ErrorPanel, Ways } from '../../components/ProblemPanel';
import { useChangeParams } from '../../hooks/useChangeParams';
import { useForm } from '../../hooks/useForm';
import { usePersonNames } from '../../hooks/usePersonNames';
import styles from './WhyTool.module.css';

const KINDS = Object.keys(ACTIONS) as ResourceKind[];
const WHAT: Record<ResourceKind, string | undefined> = {
  app: 'Id of the app version',
  instance: 'Id of the instance',
  tag: 'Name or id of the tag',
  secret: 'Name of the secret',
  alias: 'Name or id of the alias',
  platform: undefined,
};

function Answer(props: { answer: Explanation }) {
  const { person, action, resource, allowed, rule, because, wouldChange } =
    props.answer;
  const name = usePersonNames([person])(person);
  const ways = wouldChange.filter(way => way.length);
  return (
    <Alert
      role="status"
      status={allowed ? 'success' : 'warning'}
      icon
      title={`${allowed ? 'Allowed' : 'Not allowed'} for ${name}: ${action}${
        resource ? ` on ${resource}` : ''
      }`}
      description={
        <>
          <Text as="p" variant="body-small">
            Decided by rule {rule}
            {because.length > 0 && `, because ${because.join(' and ')}`}.
          </Text>
          {!allowed && ways.length > 0 && (
            <>
              <Text as="p" variant="body-small">
                Any of these would change it (“you” is {name}):
              </Text>
              <Ways ways={ways} />
            </>
          )}
        </>
      }
    />
  );
}

/** Why somebody may or may not do something. The question is part of the address, and can be passed on. */
export function WhyTool() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const of = (name: string) => params.get(name) ?? '';
  const asked = KINDS.find(kind => kind === of('kind'));
  const [person, setPerson] = useState(of('person'));
  const [kind, setKind] = useState<ResourceKind>(asked ?? 'app');
  const [action, setAction] = useState<string>(of('action') || 'run');
  const [resource, setResource] = useState(of('resource'));
  const [answer, setAnswer] = useState<Explanation>();
  const { busy, error, send } = useForm();
  const question = [kind, action, resource, person].join('\n');
  const ask = () => {
    setAnswer(undefined);
    change({ person: person.trim(), kind, action, resource: resource.trim() });
    send(async () => {
      const who = person.trim();
      setAnswer(
        await api.explain({
          kind,
          action,
          ...(WHAT[kind] ? { resource: resource.trim() } : {}),
          ...(who
            ? {
                person:
                  who.includes(':') || who === 'anonymous'
                    ? who
                    : `user:default/${who}`,
              }
            : {}),
        }),
      );
    });
  };
  useEffect(() => {
    if (asked) ask();
    // A question in the address is asked once, when the page opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => setAnswer(undefined), [question]);
  return (
    <>
      <Text as="p" color="secondary">
        Find out which access rule decides, and what would change the decision.
      </Text>
      <form
        className={styles.form}
        aria-label="Why?"
        onSubmit={event => {
          event.preventDefault();
          ask();
        }}
      >
        <TextField
          label="Person"
          placeholder="For example uma, or anonymous. Empty: me"
          value={person}
          onChange={setPerson}
          autoComplete="off"
        />
        <Select
          label="Kind"
          options={KINDS.map(value => ({ value, label: value }))}
          value={kind}
          onChange={key => {
            const next = key as ResourceKind;
            setKind(next);
            if (!(ACTIONS[next] as readonly string[]).includes(action))
              setAction(ACTIONS[next][0]);
          }}
        />
        <Select
          label="Action"
          options={ACTIONS[kind].map(value => ({ value, label: value }))}
          value={action}
          onChange={key => setAction(String(key))}
        />
        {WHAT[kind] && (
          <TextField
            label={WHAT[kind]}
            value={resource}
            onChange={setResource}
            autoComplete="off"
          />
        )}
        <Button
          variant="primary"
          type="submit"
          isDisabled={busy || Boolean(WHAT[kind] && !resource.trim())}
        >
          Check
        </Button>
      </form>
      {error && <ErrorPanel error={error} />}
      {answer && <Answer answer={answer} />}
    </>
  );
}
