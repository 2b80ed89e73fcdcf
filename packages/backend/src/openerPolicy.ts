/**
 * Keeps the portal's pages apart from pages that opened them: an app that opens the
 * portal in a window gets no hold of that window (Cross-Origin-Opener-Policy, HTML 7.1.3).
 * Windows that the portal itself opens stay its own: signing in may use one.
 */
import type { RequestHandler } from 'express';

const POLICY = 'same-origin-allow-popups';

/** Adds the header to pages. */
export const openerPolicy: RequestHandler = (request, response, next) => {
  // What the issuer leads back to in such a window tells the page that opened it: with a
  // policy of its own it could not (`/api/auth/<provider>/handler/frame`).
  if (!request.path.startsWith('/api/'))
    response.setHeader('Cross-Origin-Opener-Policy', POLICY);
  next();
};
