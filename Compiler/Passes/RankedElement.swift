/// Selects by rank without sorting: the median of a channel's weights, of which there are millions.
extension Array where Element == Float {
    /// The element that would stand at `rank` if the array were sorted; reorders the array. Precondition: the rank is an
    /// index, and no element is NaN.
    /// *Source*: Hoare's FIND (Communications of the ACM 4, 1961, algorithm 65).
    mutating func element(ranked rank: Int) -> Float {
        withUnsafeMutableBufferPointer { elements in
            var first = 0, last = elements.count - 1
            while first < last {
                let pivot = elements[(first + last) / 2]
                var low = first, high = last
                while low <= high {
                    while elements[low] < pivot { low += 1 }
                    while elements[high] > pivot { high -= 1 }
                    if low <= high {
                        elements.swapAt(low, high)
                        low += 1
                        high -= 1
                    }
                }
                if rank <= high {
                    last = high
                } else if rank >= low {
                    first = low
                } else {
                    break
                }
            }
            return elements[rank]
        }
    }
}
