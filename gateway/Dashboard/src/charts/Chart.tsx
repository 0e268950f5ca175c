import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { lonelyOf, type Mark, type Series } from './series';

const HEIGHT = 240;
// Nothing is between one second of a run, or one run of a trend, and the next.
const WHOLE_STEPS = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const BESIDE = 44;
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];

type Drawing = { x: readonly number[]; series: readonly Series[]; marks: readonly Mark[]; formatX: (x: number) => string };

/** The canvas of a chart; ChartWithTable says in words what it shows. */
export function Chart({ x, series, marks, formatX }: Drawing) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shown = useRef<Drawing>({ x, series, marks, formatX });
  const scheme = useComputedColorScheme('light');
  const lines = series.map((one) => one.name).join('|');

  useEffect(() => {
    shown.current = { x, series, marks, formatX };
    plot.current?.setData(dataOf(shown.current));
  }, [x, series, marks, formatX]);

  useEffect(() => {
    const home = place.current;
    if (!home) return;
    const made = new uPlot(optionsOf(home, shown), dataOf(shown.current), home);
    plot.current = made;
    const resizing = new ResizeObserver(() => made.setSize({ width: home.clientWidth, height: HEIGHT }));
    resizing.observe(home);
    return () => {
      resizing.disconnect();
      made.destroy();
    };
  }, [lines, scheme]);

  return <div ref={place} className="chart" aria-hidden="true" />;
}

function dataOf({ x, series }: Drawing): uPlot.AlignedData {
  return [[...x], ...series.map((one) => one.values)];
}

function optionsOf(home: HTMLElement, shown: { current: Drawing }): uPlot.Options {
  const style = getComputedStyle(home);
  const ink = style.getPropertyValue('--chart-ink').trim();
  const grid = { stroke: style.getPropertyValue('--chart-grid').trim(), width: 1 };
  const { series } = shown.current;
  const axisOf = (axis: 'left' | 'right'): uPlot.Axis => {
    const first = series.find((one) => one.axis === axis);
    return {
      scale: axis, side: axis === 'left' ? 3 : 1, stroke: ink, size: 72, show: first !== undefined,
      grid: axis === 'left' ? grid : { show: false }, values: (_, ticks) => ticks.map((tick) => first?.format(tick) ?? ''),
    };
  };
  return {
    width: Math.max(200, home.clientWidth),
    height: HEIGHT,
    padding: [null, series.some((one) => one.axis === 'right') ? null : BESIDE, null, null],
    scales: { x: { time: false }, left: { range: fromZero }, right: { range: fromZero } },
    axes: [{ stroke: ink, grid, incrs: WHOLE_STEPS, space: () => widthOfLabel(shown.current), values: (_, ticks) => ticks.map((tick) => shown.current.formatX(tick)) }, axisOf('left'), axisOf('right')],
    series: [
      { label: 'At', value: (_, at: number | null) => (at === null ? '' : shown.current.formatX(at)) },
      ...series.map((one, i) => ({
        label: one.name, scale: one.axis, width: 2, dash: DASHES[i % DASHES.length], stroke: style.getPropertyValue(`--chart-line-${(i % 4) + 1}`).trim(),
        points: { show: false, filter: (drawn: uPlot, line: number) => lonelyOf(drawn.data[line] ?? []) }, spanGaps: false, value: (_: uPlot, value: number | null) => one.format(value),
      })),
    ],
    hooks: { draw: [(drawn) => drawMarks(drawn, shown.current.marks, ink)] },
  };
}

// About that of the last, so that none is written over the next.
function widthOfLabel({ x, formatX }: Drawing): number {
  return Math.max(50, 16 + 7 * formatX(x.at(-1) ?? 0).length);
}

function fromZero(_: uPlot, least: number | null, most: number | null): [number, number] {
  return [Math.min(0, least ?? 0), Math.max(most ?? 1, 1) * 1.05];
}

function drawMarks(plot: uPlot, marks: readonly Mark[], ink: string) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  marks.forEach((mark, i) => {
    const x = plot.valToPos(mark.at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(String(i + 1), x + 4 * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
  });
  ctx.restore();
}
