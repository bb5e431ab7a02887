//! Chooses the best anchors that overlap little.

use super::anchors::Anchor;

/// The smallest number of times that their common pixels must fit into the pixels of two anchors together.
const MIN_SHARES: usize = 4;

/// Returns at most `count` anchors by their scores, highest first. An anchor that overlaps a better one is left out.
pub(super) fn best<'a>(scores: &[f32], anchors: &'a [Anchor], count: usize) -> Vec<&'a Anchor> {
    let mut order: Vec<usize> = (0..anchors.len().min(scores.len())).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut chosen: Vec<&Anchor> = Vec::with_capacity(count);
    for anchor in order.into_iter().map(|place| &anchors[place]) {
        if chosen.len() == count {
            break;
        }
        if chosen.iter().all(|better| !overlap(better, anchor)) {
            chosen.push(anchor);
        }
    }
    chosen
}

/// Returns true if two anchors have more than a quarter of their area together in common. A quarter is allowed, as the
/// model of the blog post has it; the paper forbids it.
fn overlap(a: &Anchor, b: &Anchor) -> bool {
    let common = a.overlap(b);
    MIN_SHARES * common > a.area() + b.area() - common
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
