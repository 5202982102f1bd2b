// An address below /admin that is none.
import { Anchor } from '@mantine/core';
import { InfoIcon } from '../console/icons.tsx';
import { Notice } from '../console/notice.tsx';
import { PlainLink } from '../console/plain-link.tsx';

export default function NotFoundPage() {
  return (
    <main>
      <Notice isPage icon={<InfoIcon size={22} />} title="There is nothing at this address">
        <Anchor component={PlainLink} href="/">
          Go to the overview
        </Anchor>
      </Notice>
    </main>
  );
}
