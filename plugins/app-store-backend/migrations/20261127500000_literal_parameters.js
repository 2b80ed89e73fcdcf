// Values of parameters reach apps as they are. Objects of instances that were started before hold
// them as references to other variables, which Kubernetes would read. Those of them that run are
// started anew once, with the values as they were given.

/**
 * As `literal` of kubernetes/environment.ts.
 *
 * @param {string} value
 */
const escaped = value => value.replaceAll('$', '$$$$');

/**
 * @typedef {{ name: string, value?: string }} EnvVar
 *
 * @param {import('knex').Knex} knex
 * @param {(entry: EnvVar, value: string) => void} change
 */
async function rewrite(knex, change) {
  const rows = await knex('instances')
    .where('parameters', 'like', '%$%')
    .select('id', 'parameters', 'objects');
  for (const { id, parameters, objects } of rows) {
    const values = JSON.parse(parameters);
    const rendered = JSON.parse(objects);
    /** @type {Array<{ env?: EnvVar[] }>} */
    const containers =
      rendered.workload?.spec?.template?.spec?.containers ?? [];
    for (const entry of containers.flatMap(container => container.env ?? []))
      if (Object.hasOwn(values, entry.name)) change(entry, values[entry.name]);
    await knex('instances')
      .where({ id })
      .update({ objects: JSON.stringify(rendered) });
  }
}

/** @param {import('knex').Knex} knex */
exports.up = knex =>
  rewrite(knex, (entry, value) => {
    if (entry.value === value) entry.value = escaped(value);
  });

/** @param {import('knex').Knex} knex */
exports.down = knex =>
  rewrite(knex, (entry, value) => {
    if (entry.value === escaped(value)) entry.value = value;
  });
