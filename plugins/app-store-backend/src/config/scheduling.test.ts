import { merged } from './scheduling';

describe('two placements together', () => {
  const spot = { key: 'spot', operator: 'Exists' };
  const gpu = { key: 'gpu', operator: 'Exists' };

  it('need all nodes’ labels, tolerate all taints, and follow the last affinity', () => {
    expect(
      merged(
        {
          nodeSelector: { zone: 'a', disk: 'ssd' },
          tolerations: [spot],
          affinity: { podAffinity: {} },
        },
        {
          nodeSelector: { zone: 'b' },
          tolerations: [gpu],
          affinity: { nodeAffinity: {} },
        },
      ),
    ).toEqual({
      nodeSelector: { zone: 'b', disk: 'ssd' },
      tolerations: [spot, gpu],
      affinity: { nodeAffinity: {} },
    });
  });

  it('are what one of them says where the other says nothing', () => {
    const one = {
      nodeSelector: { zone: 'a' },
      tolerations: [spot],
      affinity: { podAffinity: {} },
    };
    expect(merged(one)).toEqual(one);
    expect(merged({}, one)).toEqual(one);
    expect(merged({}, {})).toEqual({});
  });
});
