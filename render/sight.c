#include "render/sight.h"

#include <math.h>

struct linear {
    double r, g, b; /* 0–1 */
};

/* Machado, Oliveira and Fernandes 2009, severity 1.0; on linear RGB. */
static const double SIGHTS[SIGHT_COUNT][3][3] = {
    [SIGHT_FULL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    [SIGHT_DEUTERANOPE] = {{0.367322, 0.860646, -0.227968},
                           {0.280085, 0.672501, 0.047413},
                           {-0.011820, 0.042940, 0.968881}},
    [SIGHT_PROTANOPE] = {{0.152286, 1.052583, -0.204868},
                         {0.114503, 0.786281, 0.099216},
                         {-0.003882, -0.048116, 1.051998}},
};

const char *
sight_name(enum sight sight)
{
    static const char *const NAMES[SIGHT_COUNT] = {"full", "deuteranope", "protanope"};
    return NAMES[sight];
}

static double
to_linear(uint32_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static struct linear
seen(uint32_t colour, enum sight sight)
{
    double in[3] = {to_linear(colour >> 24), to_linear(colour >> 16 & 255),
                    to_linear(colour >> 8 & 255)};
    double out[3];
    for (int i = 0; i < 3; i++) {
        const double *row = SIGHTS[sight][i];
        out[i] = fmin(fmax(row[0] * in[0] + row[1] * in[1] + row[2] * in[2], 0), 1);
    }
    return (struct linear){out[0], out[1], out[2]};
}

static double
luminance(struct linear c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

double
sight_contrast(uint32_t a, uint32_t b, enum sight sight)
{
    double x = luminance(seen(a, sight)) + 0.05, y = luminance(seen(b, sight)) + 0.05;
    return x > y ? x / y : y / x;
}

static double
lab_f(double t)
{
    return t > 216.0 / 24389.0 ? cbrt(t) : (24389.0 / 27.0 * t + 16.0) / 116.0;
}

double
sight_difference(uint32_t a, uint32_t b, enum sight sight)
{
    double lab[2][3];
    uint32_t colours[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        struct linear c = seen(colours[i], sight);
        double x = lab_f((0.4124564 * c.r + 0.3575761 * c.g + 0.1804375 * c.b) / 0.95047);
        double y = lab_f(0.2126729 * c.r + 0.7151522 * c.g + 0.0721750 * c.b);
        double z = lab_f((0.0193339 * c.r + 0.1191920 * c.g + 0.9503041 * c.b) / 1.08883);
        lab[i][0] = 116 * y - 16;
        lab[i][1] = 500 * (x - y);
        lab[i][2] = 200 * (y - z);
    }
    return sqrt(pow(lab[0][0] - lab[1][0], 2) + pow(lab[0][1] - lab[1][1], 2) +
                pow(lab[0][2] - lab[1][2], 2));
}
