/** PostgreSQL's channel on which a process tells others that the outbox has something new. */
export const CHANNEL = 'ai_app_store_changes';
