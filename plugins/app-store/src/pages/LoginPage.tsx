import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Container, Flex, Text, TextField } from '@backstage/ui';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { appStoreApiRef } from '../api';
import { Loading } from '../components/Loading';
import { PageHeader } from '../components/PageHeader';
import { ErrorPanel } from '../components/ProblemPanel';
import { useAction } from '../components/useAction';
import { useLoad } from '../hooks/useLoad';
import { useMe } from '../hooks/useCached';

function EnterCode(props: { onCode: (code: string) => void }) {
  const [typed, setTyped] = useState('');
  return (
    <form
      style={{ maxWidth: 480 }}
      onSubmit={event => {
        event.preventDefault();
        props.onCode(typed.trim());
      }}
    >
      <Flex gap="3" align="end" style={{ flexWrap: 'wrap' }}>
        <TextField
          label="The code that your terminal shows"
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          placeholder="BCDF-GHJK"
        />
        <Button variant="primary" type="submit" isDisabled={!typed.trim()}>
          Continue
        </Button>
      </Flex>
    </form>
  );
}

function Confirm(props: { code: string }) {
  const { code } = props;
  const api = useApi(appStoreApiRef);
  const { me, error: unknown } = useMe();
  const { value: request, error } = useLoad(
    () => api.getLoginRequest(code),
    [code],
  );
  const [busy, act] = useAction();
  const [answer, setAnswer] = useState<'confirmed' | 'refused'>();
  const say = (allow: boolean) =>
    act(async () => {
      await api.answerLogin(code, allow);
      setAnswer(allow ? 'confirmed' : 'refused');
    });
  const failure = error ?? unknown;
  if (failure) return <ErrorPanel error={failure} />;
  if (!request || !me)
    return <Loading label="Loading" shape="text" lines={4} />;
  if (answer)
    return (
      <Text as="p" role="status">
        {answer === 'confirmed'
          ? 'Signed in. You can close this page and go back to your terminal.'
          : 'Refused. The terminal was not signed in.'}
      </Text>
    );
  return (
    <Flex direction="column" gap="4" align="start">
      <Text as="p">
        <strong>{request.client}</strong> asks to act as {me.displayName} and to
        do everything that you can do in the store. Its code is{' '}
        <strong>{request.userCode}</strong>.
      </Text>
      <Text as="p" color="secondary">
        Confirm only if you started this sign-in and your terminal shows the
        same code.
      </Text>
      <Flex gap="3">
        <Button variant="primary" isDisabled={busy} onPress={() => say(true)}>
          Confirm
        </Button>
        <Button
          variant="secondary"
          isDisabled={busy}
          onPress={() => say(false)}
        >
          Refuse
        </Button>
      </Flex>
    </Flex>
  );
}

/** Confirms the sign-in of a command line (RFC 8628). The code is part of the address. */
export function LoginPage() {
  const [params, setParams] = useSearchParams();
  const code = params.get('code') ?? '';
  return (
    <>
      <PageHeader title="Sign in from a terminal" alone />
      <Container pb="12">
        {code ? (
          <Confirm code={code} />
        ) : (
          <EnterCode onCode={typed => setParams({ code: typed })} />
        )}
      </Container>
    </>
  );
}
