/** One version of each name in the catalog's list of apps, the newest, unless the reader wants all. */
import {
  useEntityList,
  type DefaultEntityFilters,
  type EntityFilter,
} from '@backstage/plugin-catalog-react';
import { NEWEST_LABEL } from '@ai-app-store/backstage-plugin-app-store-common';
import { Checkbox } from '@backstage/ui';
import { useEffect, useState } from 'react';

class NewestOnly implements EntityFilter {
  getCatalogFilters() {
    return { [`metadata.labels.${NEWEST_LABEL}`]: 'true' };
  }

  toQueryValue() {
    return 'true';
  }
}

type Filters = DefaultEntityFilters & { newest?: NewestOnly };

export function NewestFilter() {
  const { filters, updateFilters } = useEntityList<Filters>();
  const apps = filters.kind?.value.toLocaleLowerCase('en-US') === 'app';
  const [all, setAll] = useState(false);
  useEffect(() => {
    updateFilters({ newest: apps && !all ? new NewestOnly() : undefined });
  }, [apps, all, updateFilters]);
  if (!apps) return null;
  return (
    <Checkbox isSelected={all} onChange={setAll}>
      All versions
    </Checkbox>
  );
}
