/**
 * Figures for Prometheus, of the store and of Backstage, where `OTEL_METRICS_EXPORTER` says `prometheus`.
 * Imported before anything that makes an instrument: one that was made earlier tells nobody.
 *
 * Host and port are OpenTelemetry's own variables, `OTEL_EXPORTER_PROMETHEUS_HOST` (all addresses) and
 * `OTEL_EXPORTER_PROMETHEUS_PORT` (9464).
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#prometheus-exporter
 */
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

if (process.env.OTEL_METRICS_EXPORTER === 'prometheus')
  metrics.setGlobalMeterProvider(
    new MeterProvider({ readers: [new PrometheusExporter()] }),
  );
