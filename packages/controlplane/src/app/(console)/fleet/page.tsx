// Fleet: the pods, what each has applied, and what each says of itself.
import type { Metadata } from 'next';
import { AutoRefresh } from '../../../console/auto-refresh.tsx';
import { consolePage } from '../../../console/console-page.tsx';
import { FleetTable } from '../../../console/fleet/fleet-table.tsx';
import { pushState } from '../../../console/fleet/push-state.ts';
import { readFleetPods } from '../../../console/fleet/read-fleet-pods.ts';
import { FleetIcon } from '../../../console/icons.tsx';
import { Notice } from '../../../console/notice.tsx';
import { PageHeader } from '../../../console/page-header.tsx';
import { Panel } from '../../../console/panel.tsx';

export const metadata: Metadata = { title: 'Fleet' };

export default function FleetPage() {
  return consolePage('fleet', async (viewer) => {
    const { revision, now } = viewer;
    const pods = await readFleetPods(viewer);
    const push = pushState(pods, revision);
    return (
      <>
        <PageHeader
          title="Fleet"
          lead={`Revision ${revision} is on ${push.applied} of ${push.pods} connected ${push.pods === 1 ? 'pod' : 'pods'}.`}
          actions={<AutoRefresh />}
        />
        <Panel isFlush>
          {pods.length === 0 ? (
            <Notice icon={<FleetIcon size={20} />} title="No pod has connected yet">
              Pods dial the policy server. They appear here as soon as they do.
            </Notice>
          ) : (
            <FleetTable pods={pods} revision={revision} now={now} />
          )}
        </Panel>
      </>
    );
  });
}
