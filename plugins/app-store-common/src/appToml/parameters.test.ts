import { parameterProblem } from './parameters';
import { readAppToml } from './readAppToml';

const app = (tables: string) =>
  readAppToml(
    `[App]\nName = "a"\nVersion = "1"\n[Runtime]\nAppMode = "node"\nModule = "s.js"\n${tables}`,
  );

describe('[[Parameter]]', () => {
  it('is read with its defaults', () => {
    const { manifest, issues } = app(
      '[[Parameter]]\nName = "MODEL"\nType = "Choice"\nChoices = ["small", "large"]\nDefault = "small"\n[[Parameter]]\nName = "STEPS"\nTitle = "Steps"\nType = "number"\nDefault = 3\nRequired = true\n',
    );
    expect(issues).toEqual([]);
    expect(manifest!.parameters).toEqual([
      {
        name: 'MODEL',
        title: 'MODEL',
        type: 'choice',
        choices: ['small', 'large'],
        default: 'small',
        required: false,
      },
      {
        name: 'STEPS',
        title: 'Steps',
        type: 'number',
        default: '3',
        required: true,
      },
    ]);
  });

  it.each([
    ['Name = "H2O_WAVE_X"', 'Parameter.Name', 8],
    ['Name = "PORT"', 'Parameter.Name', 8],
    ['Name = "LD_PRELOAD"', 'Parameter.Name', 8],
    ['Name = "a-b"', 'Parameter.Name', 8],
    ['Name = "A"\nType = "choice"', 'Parameter.Choices', 7],
    ['Name = "A"\nChoices = ["x"]', 'Parameter.Choices', 9],
    ['Name = "A"\nType = "number"\nDefault = "x"', 'Parameter.Default', 10],
    ['Name = "A"\nType = "date"', 'Parameter.Type', 9],
    ['Title = "x"', 'Parameter.Name', 7],
    ['Name = "A"\n[[Env]]\nName = "A"\nValue = "x"', 'Parameter.Name', 8],
  ])('%s is refused with its place', (lines, path, line) => {
    const { manifest, issues } = app(`[[Parameter]]\n${lines}\n`);
    expect(manifest).toBeUndefined();
    expect(issues[0]).toMatchObject({ path, line, severity: 'error' });
  });

  it('leaves a table of that name that is the own of an app to it', () => {
    const { manifest, issues } = app('[Parameter]\nfoo = 1\n');
    expect(manifest!.parameters).toEqual([]);
    expect(issues).toEqual([
      expect.objectContaining({ severity: 'warning', path: 'Parameter' }),
    ]);
  });
});

describe('parameterProblem', () => {
  const of = (change: object) => ({
    name: 'A',
    title: 'A',
    type: 'text' as const,
    ...change,
  });
  it.each([
    [of({}), 'anything', undefined],
    [of({}), undefined, undefined],
    [of({ required: true }), '', 'is required'],
    [of({ required: true, default: 'x' }), undefined, undefined],
    [of({}), 'a\u0000', 'contains a NUL character'],
    [of({}), 'x'.repeat(4097), 'is longer than 4096 characters'],
    [of({ type: 'number' }), '-1.5', undefined],
    [of({ type: 'number' }), '1e9', 'must be a number'],
    [of({ type: 'boolean' }), 'true', undefined],
    [of({ type: 'boolean' }), 'yes', 'must be true or false'],
    [of({ type: 'choice', choices: ['a', 'b'] }), 'b', undefined],
    [of({ type: 'choice', choices: ['a', 'b'] }), 'c', 'must be one of a, b'],
  ])('%j with %j: %s', (parameter, value, problem) => {
    expect(parameterProblem(parameter, value)).toBe(problem);
  });
});
