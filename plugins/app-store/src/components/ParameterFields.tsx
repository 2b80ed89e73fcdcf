/** What an app asks when it is run (`[[Parameter]]`), checked as the store checks it. */
import {
  parameterProblem,
  type App,
  type AppParameter,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Select, Switch, Text, TextField } from '@backstage/ui';

/** Values by the names of parameters; what is not in it was not touched. */
export type ParameterValues = Record<string, string>;

/** Parameters that have no value without the reader's. */
export function missingParameters(
  app: Pick<App, 'parameters'>,
): AppParameter[] {
  return app.parameters.filter(
    parameter => parameterProblem(parameter, parameter.default) !== undefined,
  );
}

/** What is wrong with values, by the names of parameters. */
export function parameterProblems(
  parameters: AppParameter[],
  values: ParameterValues,
): Record<string, string> {
  return Object.fromEntries(
    parameters.flatMap(parameter => {
      const problem = parameterProblem(
        parameter,
        values[parameter.name] ?? parameter.default,
      );
      return problem ? [[parameter.name, problem]] : [];
    }),
  );
}

function Field(props: {
  parameter: AppParameter;
  value: string;
  problem?: string;
  onChange: (value: string) => void;
}) {
  const { parameter, value, problem, onChange } = props;
  const { title, description, type, choices = [], required } = parameter;
  const words = {
    label: title,
    description,
    isRequired: required,
  };
  if (type === 'boolean')
    return (
      <Flex direction="column" gap="1">
        <Switch
          label={title}
          isSelected={value === 'true'}
          onChange={on => onChange(String(on))}
        />
        {description && (
          <Text variant="body-small" color="secondary">
            {description}
          </Text>
        )}
      </Flex>
    );
  if (type === 'choice')
    return (
      <Select
        {...words}
        options={choices.map(choice => ({ value: choice, label: choice }))}
        value={value || null}
        onChange={key => onChange(String(key))}
      />
    );
  return (
    <TextField
      {...words}
      value={value}
      onChange={onChange}
      inputMode={type === 'number' ? 'decimal' : undefined}
      isInvalid={Boolean(problem)}
      autoComplete="off"
    />
  );
}

/** A form field for each parameter of an app, with the error of its value. */
export function ParameterFields(props: {
  parameters: AppParameter[];
  values: ParameterValues;
  /** Problems are said once somebody tried to go on, or has typed. */
  tried: boolean;
  onChange: (values: ParameterValues) => void;
}) {
  const { parameters, values, tried, onChange } = props;
  const problems = parameterProblems(parameters, values);
  return (
    <>
      {parameters.map(parameter => {
        const { name, title } = parameter;
        const problem =
          tried || values[name] !== undefined ? problems[name] : undefined;
        return (
          <Flex key={name} direction="column" gap="1">
            <Field
              parameter={parameter}
              value={values[name] ?? parameter.default ?? ''}
              problem={problem}
              onChange={value => onChange({ ...values, [name]: value })}
            />
            {problem && (
              <Text variant="body-small" color="danger" role="alert">
                {title} {problem}.
              </Text>
            )}
          </Flex>
        );
      })}
    </>
  );
}
