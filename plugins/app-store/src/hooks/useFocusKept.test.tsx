import { act, fireEvent, render, screen } from '@testing-library/react';
import { useRef, useState } from 'react';
import { Link, MemoryRouter, Route, Routes } from 'react-router-dom';
import { useFocusKept } from './useFocusKept';

function Row(props: { name: string; onEnd: () => void }) {
  const [suspended, setSuspended] = useState(false);
  const [busy, setBusy] = useState(false);
  return (
    <li>
      <a href={`#${props.name}`}>{props.name}</a>
      <div>
        {suspended ? (
          <button key="resume">Resume {props.name}</button>
        ) : (
          <button
            key="suspend"
            disabled={busy}
            onClick={() => setSuspended(true)}
          >
            Suspend {props.name}
          </button>
        )}
        <button onClick={props.onEnd}>End {props.name}</button>
        <button onClick={() => setBusy(true)}>Hold {props.name}</button>
      </div>
    </li>
  );
}

function List() {
  const [names, setNames] = useState(['one', 'two']);
  return (
    <>
      <h2>List</h2>
      <Link to="/pages/other">Other</Link>
      <ul>
        {names.map(name => (
          <Row
            key={name}
            name={name}
            onEnd={() => setNames(names.filter(each => each !== name))}
          />
        ))}
      </ul>
    </>
  );
}

/** Another state comes, by the stream, before the answer to what was asked for. */
function Busy() {
  const [state, setState] = useState('runs');
  return (
    <>
      <h2>Busy</h2>
      <div>
        {state === 'runs' ? (
          <button
            key="suspend"
            onClick={() => {
              setState('asked');
              setTimeout(() => setState('suspended'), 1000);
            }}
          >
            Suspend
          </button>
        ) : (
          <button key="resume" disabled={state === 'asked'}>
            Resume
          </button>
        )}
      </div>
    </>
  );
}

function Pages() {
  const page = useRef<HTMLElement>(null);
  useFocusKept(page);
  return (
    <main ref={page}>
      <Routes>
        <Route path="/pages/list" element={<List />} />
        <Route path="/pages/busy" element={<Busy />} />
        <Route path="/pages/other" element={<h2>Other page</h2>} />
      </Routes>
    </main>
  );
}

/** jsdom lays nothing out: everything is shown. */
beforeEach(() => {
  jest
    .spyOn(Element.prototype, 'getClientRects')
    .mockReturnValue([{}] as unknown as DOMRectList);
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const show = () =>
  render(
    <MemoryRouter initialEntries={['/pages/list']}>
      <Pages />
    </MemoryRouter>,
  );
const press = async (name: string) => {
  const button = screen.getByText(name);
  button.focus();
  await act(async () => {
    fireEvent.click(button);
  });
  await act(async () => {
    jest.runAllTimers();
  });
};

describe('26: the focus', () => {
  it('goes to what took the place of the button', async () => {
    show();
    await press('Suspend two');
    expect(document.activeElement).toHaveTextContent('Resume two');
  });

  it('goes to the row beside one that is gone, and to the heading after the last', async () => {
    show();
    await press('End two');
    expect(document.activeElement).toHaveTextContent('one');
    await press('End one');
    expect(document.activeElement).toHaveTextContent('List');
  });

  it('waits for what is busy and took the place', async () => {
    render(
      <MemoryRouter initialEntries={['/pages/busy']}>
        <Pages />
      </MemoryRouter>,
    );
    const suspend = screen.getByText('Suspend');
    suspend.focus();
    await act(async () => {
      fireEvent.click(suspend);
    });
    for (const ms of [500, 600, 200])
      await act(async () => {
        jest.advanceTimersByTime(ms);
      });
    expect(document.activeElement).toHaveTextContent('Resume');
  });

  it('stays nowhere where somebody clicked beside everything', async () => {
    show();
    screen.getByText('Suspend one').focus();
    fireEvent.pointerDown(screen.getByText('List'));
    (document.activeElement as HTMLElement).blur();
    await act(async () => {
      fireEvent.click(screen.getByText('End one'));
      jest.runAllTimers();
    });
    expect(document.body).toHaveFocus();
  });

  it('is left to a dialog that is open', async () => {
    show();
    const dialog = document.createElement('div');
    dialog.setAttribute('role', 'dialog');
    document.body.append(dialog);
    await press('Suspend one');
    expect(document.body).toHaveFocus();
    dialog.remove();
    await act(async () => {
      await Promise.resolve();
      jest.runAllTimers();
    });
    expect(document.activeElement).toHaveTextContent('Resume one');
  });

  it('is not held up by a notification', async () => {
    show();
    const toast = document.createElement('div');
    toast.setAttribute('role', 'alertdialog');
    document.body.append(toast);
    await press('End two');
    expect(document.activeElement).toHaveTextContent('one');
    toast.remove();
  });

  it('goes to the heading of the next page', async () => {
    show();
    await press('Other');
    expect(document.activeElement).toHaveTextContent('Other page');
  });
});
