/** REST: what must hold between the store and its cluster. */
import type { CallerOf } from '../auth/Callers';
import type { HandlersOf } from '../http/operations';
import type { Doctor } from './Doctor';

/** What the handlers stand on. */
export interface DoctorHandlerOptions {
  doctor: Doctor;
  callerOf: CallerOf;
}

export function doctorHandlers({
  doctor,
  callerOf,
}: DoctorHandlerOptions): HandlersOf<
  'getDoctor' | 'listDoctorWarnings' | 'repairDoctor'
> {
  return {
    async getDoctor(request, response) {
      response.json(await doctor.report(await callerOf(request)));
    },
    async listDoctorWarnings(request, response) {
      response.json(await doctor.warnings(await callerOf(request)));
    },
    async repairDoctor(request, response) {
      response.json(
        await doctor.repair(
          await callerOf(request),
          request.params.check,
          request.query.dryRun ?? false,
        ),
      );
    },
  };
}
