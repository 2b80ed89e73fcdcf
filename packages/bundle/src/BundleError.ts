/** What is wrong with a bundle. */
import type { TomlIssue } from '@ai-app-store/backstage-plugin-app-store-common';

/**
 * A fault or warning; `code` names the rule.
 *
 * @public
 */
export interface BundleIssue extends TomlIssue {
  code: string;
}

/**
 * A bundle that is refused (400).
 *
 * @public
 */
export class BundleError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly issues: TomlIssue[];

  constructor(options: {
    code: string;
    message: string;
    remedy: string;
    issues?: TomlIssue[];
  }) {
    super(options.message);
    this.name = 'BundleError';
    this.code = options.code;
    this.remedy = options.remedy;
    this.issues = options.issues ?? [];
  }
}
