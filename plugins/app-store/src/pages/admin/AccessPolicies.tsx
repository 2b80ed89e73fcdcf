import { useApi } from '@backstage/frontend-plugin-api';
import { Flex, Tab, TabList, TabPanel, Tabs } from '@backstage/ui';
import { appStoreApiRef } from '../../api';
import { useChangeParams } from '../../hooks/useChangeParams';
import { useLoad } from '../../hooks/useLoad';
import { PolicyList } from './PolicyList';
import { WhyTool } from './WhyTool';

/** What is laid over the access rules, and why somebody may or may not do something. The tab is part of the address. */
export function AccessPolicies() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const policies = useLoad(() => api.listIamPolicies(), []);
  return (
    <Tabs
      selectedKey={params.get('tab') === 'why' ? 'why' : 'policies'}
      onSelectionChange={key => change({ tab: key === 'why' ? 'why' : '' })}
    >
      <TabList aria-label="Access">
        <Tab id="policies">Policies</Tab>
        <Tab id="why">Why?</Tab>
      </TabList>
      <TabPanel id="policies">
        <Flex direction="column" gap="4" pt="4">
          <PolicyList policies={policies} />
        </Flex>
      </TabPanel>
      <TabPanel id="why">
        <Flex direction="column" gap="4" pt="4">
          <WhyTool />
        </Flex>
      </TabPanel>
    </Tabs>
  );
}
