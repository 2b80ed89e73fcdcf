/** The first thing that Tab reaches: the way past the navigation. */
import { AppRootElementBlueprint } from '@backstage/frontend-plugin-api';
import styles from './SkipLink.module.css';

function SkipLink() {
  return (
    <a
      href="#content"
      className={styles.skip}
      onClick={event => {
        // The address is the page's own; Backstage's pages give their content no id.
        event.preventDefault();
        // Some of them have no `main`: what stands beside the navigation is it.
        const main =
          document.querySelector('main') ??
          document.querySelector('nav')?.nextElementSibling;
        if (!(main instanceof HTMLElement)) return;
        main.tabIndex = -1;
        main.focus();
        main.scrollIntoView();
      }}
    >
      Skip to content
    </a>
  );
}

export const skipLink = AppRootElementBlueprint.make({
  name: 'skip-link',
  params: { element: <SkipLink /> },
});
