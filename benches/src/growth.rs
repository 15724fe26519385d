//! How building, look-up and diff grow with the number of servers, drawn.

use std::{error::Error, hint::black_box, path::Path, time::Instant};

use keyhome_core::Router;
use plotters::prelude::*;

use crate::{
    keys::{Numbers, pool},
    paired::median,
};

const COUNTS: [usize; 7] = [10, 32, 100, 320, 1000, 3200, 10_000];

struct Line {
    name: &'static str,
    colour: RGBColor,
    nanoseconds: Vec<(f64, f64)>,
}

/// Measures and draws into `path`, both axes logarithmic.
pub(crate) fn draw(path: &Path) -> Result<(), Box<dyn Error>> {
    let line = |name, colour| Line { name, colour, nanoseconds: Vec::new() };
    let mut lines = [
        line("diff with one server more", RGBColor(213, 94, 0)),
        line("building the ring", RGBColor(0, 114, 178)),
        line("look-up of a hash", RGBColor(0, 158, 115)),
    ];
    println!("\n{:>8} {:>14} {:>14} {:>14}", "servers", "build ms", "look-up ns", "diff ms");
    for count in COUNTS {
        let [diff, build, lookup] = measure(count)?;
        println!("{count:>8} {:>14.3} {lookup:>14.2} {:>14.3}", build / 1e6, diff / 1e6);
        for (line, nanoseconds) in lines.iter_mut().zip([diff, build, lookup]) {
            line.nanoseconds.push((count as f64, nanoseconds));
        }
    }
    plot(path, &lines)
}

fn measure(count: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let rounds = if count < 1000 { 15 } else { 5 };
    let clock = |run: &mut dyn FnMut()| {
        let times = (0..rounds).map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64
        });
        median(times.collect::<Vec<f64>>().into_iter())
    };
    let router = pool(count, "fnv1a_64")?;
    let more = pool(count + 1, "fnv1a_64")?;
    let hashes: Vec<u32> = Numbers(3).take(1 << 18).map(|number| number as u32).collect();
    let look = |router: &Router| hashes.iter().for_each(|hash| _ = black_box(router.owner_of_hash(*hash)));
    Ok([
        clock(&mut || _ = black_box(router.diff(&more))),
        clock(&mut || _ = black_box(pool(black_box(count), "fnv1a_64"))),
        clock(&mut || look(&router)) / hashes.len() as f64,
    ])
}

fn plot(path: &Path, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, (820, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("From 10 to 10,000 servers, 160 points each", ("sans-serif", 20))
        .margin(16)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d((10_f64..10_000.0).log_scale(), (1_f64..1e9).log_scale())?;
    let label = |nanoseconds: &f64| match *nanoseconds {
        n if n >= 1e9 => format!("{} s", n / 1e9),
        n if n >= 1e6 => format!("{} ms", n / 1e6),
        n if n >= 1e3 => format!("{} µs", n / 1e3),
        n => format!("{n} ns"),
    };
    chart
        .configure_mesh()
        .x_desc("servers")
        .y_desc("time")
        .x_label_formatter(&|servers: &f64| format!("{servers}"))
        .y_label_formatter(&label)
        .light_line_style(WHITE)
        .draw()?;
    for Line { name, colour, nanoseconds } in lines {
        let colour = *colour;
        chart
            .draw_series(LineSeries::new(nanoseconds.iter().copied(), colour.stroke_width(2)))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(RGBColor(200, 200, 200))
        .draw()?;
    root.present()?;
    Ok(())
}
