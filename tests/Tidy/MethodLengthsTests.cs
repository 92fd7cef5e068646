namespace Tapline.Tidy.Tests;

public sealed class MethodLengthsTests
{
    [Fact]
    public void A_method_is_measured_with_its_braces_and_texts_do_not_count()
    {
        const string Source = """"
            class Sample(int size)
            {
                int Size() => size;

                public async Task<int> Run<T>(
                    string text, int count)
                    where T : struct
                {
                    if (count > 0)
                    {
                        Write("} // not a brace");
                        Write($"{count}");
                    }
                    var raw = """
                        }}}
                        """;
                    return '}';
                }
            }
            """";

        var method = Assert.Single(MethodLengths.Of(Source.Split('\n')));
        Assert.Equal(("Run", 8, 11), method);
    }
}
