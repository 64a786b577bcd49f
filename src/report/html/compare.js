const sides = (key) => [
  { name: 'base', ink: '--four', points: over(data.base[key]) },
  { name: 'new', ink: '--one', points: over(data.new[key]) },
];
const none = 'Neither side has any at full load.';
add('rps', 'Answers per second of a run', none, sides('rps'));
add('p50', 'Median of the times in milliseconds', none, sides('p50'));
add('p95', '95 % of the times in milliseconds', none, sides('p95'));
add('p99', '99 % of the times in milliseconds', none, sides('p99'));
add('distribution', 'Times by percentile', none, [
  { name: 'base', ink: '--four', points: data.base.distribution },
  { name: 'new', ink: '--one', points: data.new.distribution },
], true);
