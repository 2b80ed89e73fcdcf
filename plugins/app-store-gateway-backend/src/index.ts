/**
 * The app store's gateway.
 *
 * @packageDocumentation
 */
export { appStoreGatewayPlugin as default } from './plugin';
