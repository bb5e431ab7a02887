//! Chooses the best anchors that overlap little.

use super::anchors::Anchor;

/// The largest part of the area of two anchors together that they may have in common.
const MAX_OVERLAP: f64 = 0.25;

/// Returns at most `count` anchors by their scores, highest first. An anchor that overlaps a better one is left out.
pub(super) fn best<'a>(scores: &[f32], anchors: &'a [Anchor], count: usize) -> Vec<&'a Anchor> {
    let mut order: Vec<usize> = (0..anchors.len().min(scores.len())).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut chosen: Vec<&Anchor> = Vec::with_capacity(count);
    for anchor in order.into_iter().map(|place| &anchors[place]) {
        if chosen.len() == count {
            break;
        }
        if chosen.iter().all(|better| overlap(better, anchor) < MAX_OVERLAP) {
            chosen.push(anchor);
        }
    }
    chosen
}

fn overlap(a: &Anchor, b: &Anchor) -> f64 {
    let common = a.overlap(b) as f64;
    common / (a.area() as f64 + b.area() as f64 - common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(at: usize) -> Anchor {
        Anchor { top: 0, left: at, bottom: 100, right: at + 100 }
    }

    #[test]
    fn the_best_of_overlapping_anchors_is_chosen() {
        let anchors = [square(0), square(50), square(70), square(300)];
        assert_eq!(best(&[0.1, 0.9, 0.8, 0.2], &anchors, 4), [&square(50), &square(300)]);
        assert_eq!(best(&[0.9, 0.1, 0.8, 0.2], &anchors, 4), [&square(0), &square(70), &square(300)]);
        assert_eq!(best(&[0.9, 0.1, 0.8, 0.2], &anchors, 1), [&square(0)]);
    }
}
